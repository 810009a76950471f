#!/usr/bin/env python3
"""The continuity secret as a game of states (docs/protocol.md 3.4.9, 5.5): every schedule of links between two sides that are
made one after the other or two at once, by either side, and are cut anywhere. Values are numbers; only which are equal counts.

Without a copy: both always have a common value, so that nothing but a copy or an old state loses continuity.
With a copy of one side's secrets and keys: which schedules are noticed.
"""

import itertools
import sys


def match(a, b):
    """What B selects of A's values: its own two against cont_cur, then against cont_prev."""
    return next((v for v in a if v in b), None)


def after(pair, selected, new, told=False):
    """5.5.3: the pair of a side after a link, and whether it noted a loss (5.5.4); A may be told of it by B."""
    if selected is not None:
        return (new, selected), False
    return ((new, new), True) if told or len(pair) == 2 else ((new,), False)


def names(state):
    """The state with its values named in the order in which they appear."""
    seen = {}
    return tuple(tuple(seen.setdefault(v, len(seen)) for v in pair) for pair in state)


def fresh(state):
    return 1 + max((v for pair in state for v in pair), default=-1)


def explore(start, steps):
    """All states that can be reached from start."""
    seen, todo = {start}, [start]
    while todo:
        for state in map(names, steps(todo.pop())):
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return seen


def one_link(state):
    """A link by either side: cut before A stored, before B stored, or whole."""
    for dialler in (0, 1):
        a, b = state[dialler], state[1 - dialler]
        selected, new = match(a, b), fresh(state)
        b2, loss = after(b, selected, new)
        a2 = after(a, selected, new, loss)[0]
        for pairs in ((a, b), (a2, b), (a2, b2)):
            yield pairs if dialler == 0 else pairs[::-1]


def two_links(state):
    """Both dial at the same time: both links start from the same values, and each is cut anywhere. A side that has not the
    selected value any more when it is told ends that link (3.4.9)."""
    links = []
    for dialler in (0, 1):
        a, b = state[dialler], state[1 - dialler]
        links.append((dialler, match(a, b), fresh(state) + dialler))
    stores = [(n, who) for n, (dialler, _, _) in enumerate(links) for who in (dialler, 1 - dialler)]
    for order in itertools.permutations(stores):
        if any(order.index((n, d)) > order.index((n, 1 - d)) for n, (d, _, _) in enumerate(links)):
            continue  # B stores on A's first record, after A stored
        for cuts in itertools.product((0, 1, 2), repeat=2):  # how many of the two sides stored
            pairs, dead = list(state), set()
            for n, who in order:
                dialler, selected, new = links[n]
                if cuts[n] <= (who != dialler) or n in dead:
                    continue
                if who == dialler and selected is not None and selected not in pairs[who]:
                    dead.add(n)
                    continue
                told = who == dialler and selected is None and len(state[1 - who]) == 2
                pairs[who] = after(pairs[who], selected, new, told)[0]
            yield tuple(pairs)


def lost(state):
    x, y = state
    return match(x, y) is None and (len(x) == 2 or len(y) == 2)


def no_copy():
    """Nobody loses continuity without a copy. A side that never had a link has no value, and may."""
    states = explore(((), ()), lambda s: itertools.chain(one_link(s), two_links(s)))
    bad = [s for s in states if lost(s)]
    print(f"continuity: {len(states)} states without a copy, {len(bad)} of them without a common value")
    return not bad


def is_noticed(schedule):
    """X and Y had links; then X was copied to Z, and whole links follow: X-Y (x) or Z-Y (z), X or Z dialling, or Y (upper
    case). Whether X or Y noted a loss."""
    pairs, seen = {"x": (1, 0), "y": (1, 0), "z": (1, 0)}, False
    for new, step in enumerate(schedule, 2):
        who = step.lower()
        a, b = (who, "y") if step == who else ("y", who)
        selected = match(pairs[a], pairs[b])
        told = False
        for side in (b, a):
            pairs[side], told = after(pairs[side], selected, new, told)
            seen |= told and side != "z"
    return seen


def with_copy(length=8):
    """Both go on. It is noticed if and only if one of the two has two links or more between two of the other: before, or
    in between; who uses its copy in strict turns with the owner is not."""
    wrong = quiet = 0
    for schedule in itertools.product("xXzZ", repeat=length):
        runs = [(who, len(list(steps))) for who, steps in itertools.groupby("".join(schedule).lower())]
        # the last run ends in no other link: it cannot show
        expected = len(runs) > 1 and any(n >= 2 for _, n in runs[:-1])
        got = is_noticed(schedule)
        wrong += got != expected
        quiet += not got
    print(f"continuity: {4**length} schedules of {length} links with a copy, {quiet} not noticed, {wrong} otherwise than said")
    return wrong == 0


good = no_copy()
good = with_copy() and good
sys.exit(0 if good else 1)
