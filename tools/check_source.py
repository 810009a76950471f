#!/usr/bin/env python3
"""Checks of the C source that no compiler makes: layers, I/O, banned calls, sizes, quotes of the specification.

Prints one line per offence, "file:line: what", and exits 1 if there is any. There is no list of exceptions.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A folder may include itself and folders of lower rank. Roles do not know each other.
RANK = {
    "base": 0,
    "crypto": 1, "wire": 1,
    "peer": 2, "tor": 2,
    "os": 3,
    "vault": 4, "onion": 4, "net": 4, "web": 4, "client": 4, "demo": 5,
    "supervisor": 6, "": 7,
}

# Below os/ nothing knows a file, a socket or a clock: only these system headers ...
PURE = {folder for folder, rank in RANK.items() if rank < RANK["os"]}
PURE_HEADERS = {
    "assert.h", "ctype.h", "inttypes.h", "limits.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h",
    "stdlib.h", "string.h", "sodium.h",
}
# ... and of <stdio.h> and <stdlib.h>, nothing that reaches out.
PURE_BANNED = re.compile(
    r"(?:f?open|fdopen|f?printf|vf?printf|f?puts|putchar|f?read|f?write|fgets|scanf|fscanf|perror|getenv|setenv|"
    r"time|clock|sleep|exit|_exit|getpid|RAND_bytes|RAND_priv_bytes|randombytes_buf|randombytes_random|"
    r"randombytes_uniform|arc4random\w*|getrandom)"
)

BANNED = {
    "strcpy": "snprintf", "strcat": "snprintf", "strncpy": "snprintf", "strncat": "snprintf",
    "sprintf": "snprintf", "vsprintf": "vsnprintf", "gets": "read", "scanf": "the readers of wire/",
    "sscanf": "the readers of wire/", "fscanf": "the readers of wire/", "strtok": "slices",
    "atoi": "a parser that can fail", "atol": "a parser that can fail", "atoll": "a parser that can fail",
    "rand": "env_random", "srand": "env_random", "random": "env_random", "srandom": "env_random",
    "drand48": "env_random", "system": "os/child", "popen": "os/child", "alloca": "a buffer of fixed size",
    "tmpnam": "mkstemp", "tempnam": "mkstemp", "mktemp": "mkstemp", "setjmp": "an error code",
    "longjmp": "an error code", "vfork": "os/child", "gmtime": "gmtime_r",
    "localtime": "localtime_r", "ctime": "strftime", "asctime": "strftime",
}

MAX_FILE = 600
MAX_FUNCTION = 80

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
CALL = re.compile(r"(?<![\w.])(?<!->)([A-Za-z_]\w*)\s*\(")
QUOTE = re.compile(r'PROTO\s+(\d+(?:\.\d+)*)\s*:\s*"(.*?)(?=\*/|PROTO\s+\d|\Z)', re.S)

offences = []


def offend(path, line, what):
    offences.append(f"{path.relative_to(ROOT)}:{line}: {what}")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def without(text, comments_only=False):
    """The text with comments (and the inside of strings) blanked, every offset kept."""
    def blank(match):
        token = match.group(0)
        if comments_only and token[0] in "\"'":
            return token
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(blank, text)


def check_includes(path, text, folder):
    for match in INCLUDE.finditer(without(text, comments_only=True)):
        line, ours, name = line_of(text, match.start()), match[1] == '"', match[2]
        if ours:
            target = name.split("/")[0] if "/" in name else None
            if target is None:
                offend(path, line, f'"{name}": write the path from src/')
            elif target not in RANK:
                offend(path, line, f'"{name}" is in no layer')
            elif target != folder and RANK[target] >= RANK[folder]:
                offend(path, line, f"{folder or 'main'} may not include {target}: includes point downward")
        elif folder in PURE and name not in PURE_HEADERS and not name.startswith("openssl/"):
            offend(path, line, f"<{name}> in {folder}, which does no I/O")


def check_calls(path, code, pure):
    for match in CALL.finditer(code):
        name = match[1]
        if name in BANNED:
            offend(path, line_of(code, match.start()), f"{name}() is banned: use {BANNED[name]}")
        elif pure and PURE_BANNED.fullmatch(name) and not declared(code, match):
            offend(path, line_of(code, match.start()), f"{name}() in a layer that does no I/O")


def declared(code, match):
    """Whether this is a definition or declaration of a static function that only shares the name."""
    name = re.escape(match[1])
    return re.search(rf"^static\b[^;={{}}()]*\b{name}\s*\(", code, re.M) is not None


def functions(code):
    """Yields (name, first line, last line) of every function."""
    depth = begin = 0
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.M)
    for match in re.finditer(r"[{};]", code):
        sign, at = match[0], match.start()
        if sign == "{":
            if depth == 0:
                head = code[begin:at]
                first = begin + len(head) - len(head.lstrip())
                called = re.search(r"([A-Za-z_]\w*)\s*\(", head)
                name = called[1] if called and "=" not in head and not head.lstrip().startswith("typedef") else None
            depth += 1
        elif sign == "}":
            depth = max(0, depth - 1)
            if depth == 0:
                if name:
                    yield name, line_of(code, first), line_of(code, at)
                begin = at + 1
        elif depth == 0:
            begin = at + 1


def check_sizes(path, text, code):
    lines = text.count("\n")
    if path.suffix == ".c" and lines > MAX_FILE:
        offend(path, lines, f"{lines} lines; a file has at most {MAX_FILE}")
    for name, first, last in functions(code):
        if last - first + 1 > MAX_FUNCTION:
            offend(path, first, f"{name} has {last - first + 1} lines; a function has at most {MAX_FUNCTION}")


def plain(text):
    """Words only: no comment leaders, no markdown emphasis, one space between words."""
    text = re.sub(r"\n[ \t]*(?:\*(?!\*)|//|>)?[ \t]*", " ", text)
    return re.sub(r"\s+", " ", re.sub(r"[`*]", "", text)).strip()


def clauses(path):
    """number -> plain text, from headings "### 3.2 ..." and paragraphs "3.2.1 ..."; parents hold their children's."""
    found = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        head = re.match(r"#+\s+(\d+(?:\.\d+)*)\.?\s|\**(\d+(?:\.\d+)+)\**\s", line)
        if head:
            current = head[1] or head[2]
            found.setdefault(current, "")
        if found:
            for number in found:
                if current == number or current.startswith(number + "."):
                    found[number] += line + "\n"
    return {number: plain("\n" + text) for number, text in found.items()}


def readings(rest):
    """What the quote may be, given the text after its opening mark: it may itself hold pairs of marks."""
    for match in re.finditer(r'"(?!\w)', rest):
        if rest.count('"', 0, match.start()) % 2 == 0:
            yield plain(rest[: match.start()])


def says(clause, quote):
    """Whether the clause says this, word for word; "…" leaves something out."""
    at = 0
    for part in quote.split("…"):
        at = clause.find(part.strip(), at)
        if at < 0:
            return False
        at += len(part.strip())
    return quote != ""


def check_coverage(spec, known, quoted):
    """Every clause, that is, every number without numbers below it, is quoted by what fulfils it."""
    text = spec.read_text(encoding="utf-8")
    # The document itself says which sections have nothing to fulfil.
    excepted = re.findall(r"§(\d+)", (re.search(r"Each clause is quoted[^.]*\.", text) or [""])[0])
    reserved = re.findall(r"^#+\s+(\d+(?:\.\d+)*)\.?\s.*\*reserved\*", text, re.M)
    for number in known:
        inside = any((number + ".").startswith(section + ".") for section in excepted + reserved)
        if not inside and number not in quoted and not any(other.startswith(number + ".") for other in known):
            line = re.search(rf"^(?:#+ )?{re.escape(number)}\.?\s", text, re.M)
            offend(spec, line_of(text, line.start()), f"nothing in src/ and tests/ quotes clause {number}")


def check_quotes(files):
    spec = ROOT / "docs" / "protocol.md"
    known = clauses(spec)
    quoted = set()
    count = 0
    for path in files:
        text = path.read_text(encoding="utf-8")
        for match in QUOTE.finditer(text):
            count += 1
            number, quotes = match[1], list(readings(match[2]))
            where = line_of(text, match.start())
            if number not in known:
                offend(path, where, f"docs/protocol.md has no clause {number}")
            elif not any(says(known[number], quote) for quote in quotes):
                offend(path, where, f"PROTO {number}: docs/protocol.md does not say this there")
            else:
                quoted.add(number)
    check_coverage(spec, known, quoted)
    return count


def check_attacks():
    """Every test that the table of attacks in docs/protocol.md names is there."""
    spec = ROOT / "docs" / "protocol.md"
    text = spec.read_text(encoding="utf-8")
    rows = re.search(r"^## 2\. .*?(?=^## 3\. )", text, re.M | re.S)
    for row in re.finditer(r"^\|.*\|([^|]*)\|$", rows[0] if rows else "", re.M):
        for file, names in re.findall(r"(\w+/test_\w+)((?:: *\w+(?:, *\w+)*)?)", row[1]):
            path = ROOT / "tests" / "unit" / (file + ".c")
            code = path.read_text(encoding="utf-8") if path.exists() else ""
            where = line_of(text, rows.start() + row.start())
            if not names:
                offend(spec, where, f"{file}: name the tests")
            for name in re.findall(r"\w+", names):
                if f"static void {name}(void **" not in code:
                    offend(spec, where, f"{file} has no test {name}")


def main():
    sources = sorted(p for p in (ROOT / "src").rglob("*.[ch]"))
    tests = sorted(p for p in (ROOT / "tests").rglob("*.[ch]") if "node_modules" not in p.parts)
    scripts = sorted(p for p in (ROOT / "tests").rglob("*.m[jt]s") if "node_modules" not in p.parts)
    for path in sources:
        text = path.read_text(encoding="utf-8")
        code = without(text)
        relative = path.relative_to(ROOT / "src")
        folder = relative.parts[0] if len(relative.parts) > 1 else ""
        if folder not in RANK:
            offend(path, 1, f"{folder}/ is in no layer")
            continue
        check_includes(path, text, folder)
        check_calls(path, code, folder in PURE)
        check_sizes(path, text, code)
    for path in tests:
        text = path.read_text(encoding="utf-8")
        check_calls(path, without(text), pure=False)
        check_sizes(path, text, without(text))
    check_attacks()
    quotes = check_quotes(sources + tests + scripts)
    for offence in offences:
        print(offence)
    if not offences:
        print(f"{len(sources)} source files, {len(tests)} test files, {quotes} quotes of the specification")
    sys.exit(1 if offences else 0)


main()
