"""One small adapter a library, each in the fast form that its own users would write."""
