"""Lessons: small networks in numbers of one's own, from a file, a call or among those that come with glassprop."""
