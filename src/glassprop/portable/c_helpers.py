"""The small functions that generated C calls, each written where something calls it; and how they call each other."""

from __future__ import annotations

HELPERS = {
    "number": """\
/* A number; NaN where it counts as missing. */
static double number(double v, double low, double high, double least)
{
    if (!(v >= low && v <= high))
        return (double)NAN;
    return fabs(v) < least ? 0.0 : v;
}""",
    "is_finite": """\
static int is_finite(double v)
{
    return v - v == 0;
}""",
    "fill": """\
static double fill(double v, double instead)
{
    return v != v ? instead : v;
}""",
    "bend": """\
static double bend(double v, double origin, double unit)
{
    return asinh((v - origin) / (2 * unit));
}""",
    "affine": """\
static double affine(double v, double center, double spread)
{
    return (v - center) / spread;
}""",
    "squeeze": """\
static double squeeze(double v, double limit)
{
    return v / hypot(1.0, v / limit);
}""",
    "clip": """\
static double clip(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}""",
    "along": """\
/* Linear between the points (at, to), flat beyond the outermost. */
static double along(double v, const double *at, const double *to, int n)
{
    int low = 0, high = n - 1;
    if (v != v)
        return v;
    if (v <= at[0])
        return to[0];
    if (v >= at[n - 1])
        return to[n - 1];
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (v < at[middle])
            high = middle;
        else
            low = middle;
    }
    return (to[high] - to[low]) / (at[high] - at[low]) * (v - at[low]) + to[low];
}""",
    "find_number": """\
/* Which of some numbers that rise; -1 where none. */
static int find_number(const double *known, int n, double v)
{
    int low = 0;
    while (low < n) {
        const int middle = low + (n - low) / 2;
        if (known[middle] == v)
            return middle;
        if (known[middle] < v)
            low = middle + 1;
        else
            n = middle;
    }
    return -1;
}""",
    "piece": """\
/* A piece of text, which ends after n bytes. */
typedef struct {
    const char *at;
    int n;
} piece;""",
    "text_of": """\
/* Of how many bytes the blank is that a text begins or ends with. */
static int blank_before(piece text, const char *const *blanks)
{
    for (; *blanks; blanks++)
        if ((int)strlen(*blanks) <= text.n && strncmp(*blanks, text.at, strlen(*blanks)) == 0)
            return (int)strlen(*blanks);
    return 0;
}

static int blank_behind(piece text, const char *const *blanks)
{
    for (; *blanks; blanks++)
        if ((int)strlen(*blanks) <= text.n && memcmp(*blanks, text.at + text.n - strlen(*blanks), strlen(*blanks)) == 0)
            return (int)strlen(*blanks);
    return 0;
}

/* Whether a text is a word, in capitals or not. */
static int is_word(const char *word, piece text)
{
    int k;
    for (k = 0; k < text.n; k++) {
        const char c = text.at[k];
        if (word[k] != (c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c))
            return 0;
    }
    return word[k] == 0;
}

/* A text without blanks at its ends; of no bytes where it counts as missing. */
static piece text_of(const char *given, const char *const *blanks, const char *const *missing)
{
    piece text = {"", 0};
    int n;
    if (given == NULL)
        return text;
    text.at = given;
    text.n = (int)strlen(given);
    while ((n = blank_before(text, blanks)) > 0) {
        text.at += n;
        text.n -= n;
    }
    while ((n = blank_behind(text, blanks)) > 0)
        text.n -= n;
    for (; *missing; missing++)
        if (is_word(*missing, text))
            text.n = 0;
    return text;
}""",
    "find_text": """\
/* Which of some texts in the order of their bytes; -1 where none. */
static int find_text(const char *const *known, int n, piece text)
{
    int low = 0;
    while (low < n) {
        const int middle = low + (n - low) / 2;
        int order = strncmp(known[middle], text.at, (size_t)text.n);
        if (order == 0 && known[middle][text.n] == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            n = middle;
    }
    return -1;
}""",
    "find_name": """\
/* The same; but a number goes by its shortest name: 1.50 is 1.5. */
static int find_name(const char *const *known, int n, piece text)
{
    char name[40];
    piece shortest;
    int k = 0, whole, part, found = find_text(known, n, text);
    if (found >= 0)
        return found;
    if (text.n > 0 && text.at[0] == '-')
        k = 1;
    whole = k;
    while (k < text.n && text.at[k] >= '0' && text.at[k] <= '9')
        k++;
    if (k - whole > 16 || (k - whole > 1 && text.at[whole] == '0'))
        return -1;
    if (k - whole == 16 && strncmp(text.at + whole, "9007199254740992", 16) >= 0)
        return -1;
    part = k;
    if (k < text.n && text.at[k] == '.') {
        k++;
        while (k < text.n && text.at[k] >= '0' && text.at[k] <= '9')
            k++;
    }
    if (k < text.n || (k == part && k == whole) || (part == whole && k < part + 2))
        return -1;
    while (k > part && (text.at[k - 1] == '0' || text.at[k - 1] == '.'))
        k--;
    if (k - whole > 36)
        return -1;
    shortest.at = name;
    shortest.n = 0;
    if (whole == 1 && !(k == part && (part == whole || text.at[whole] == '0')))
        name[shortest.n++] = '-';
    if (part == whole)
        name[shortest.n++] = '0';
    memcpy(name + shortest.n, text.at + whole, (size_t)(k - whole));
    shortest.n += k - whole;
    return find_text(known, n, shortest);
}""",
}

# What a helper calls, or is made of, and so must stand before it.
NEEDS = {"text_of": ("piece",), "find_text": ("piece",), "find_name": ("find_text",)}


def with_needs(names: set[str]) -> list[str]:
    """The texts of helpers and of what they call, in an order that C takes."""
    wanted = set(names)
    while more := {need for name in wanted for need in NEEDS.get(name, ())} - wanted:
        wanted |= more
    return [text for name, text in HELPERS.items() if name in wanted]
