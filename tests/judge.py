#!/usr/bin/env python3
"""An outside judge: holds what the program calls proved against z3, an SMT solver that shares no code with it.

    pip install z3-solver
    python3 tests/judge.py target/release/needk8s --sets 200

It takes the rules from `needk8s rules export`, draws answers (all answered, half, few of them), asks the program for its
explanation as JSON, and decides each proved statement anew: which verdicts are possible, the bounds on the margin,
whether an open question can change the verdict, whether a sufficient reason forces it and none smaller does, whether
turning points lead where they say, and which values leave the verdict alone. It exits with 1 when one is wrong; what z3
does not decide in time is counted.
"""

import argparse
import collections
import json
import random
import subprocess
import sys

import z3


class Rules:
    """The exported rulebook as z3 terms: answers are variables, everything else follows from them."""

    def __init__(self, exported):
        self.exported = exported
        self.questions = {question["id"]: question for question in exported["questions"]}
        self.options = {id: [o["id"] for o in q.get("options", [])] for id, q in self.questions.items()}
        self.domain = []
        self.answer = {id: self.variable(question) for id, question in self.questions.items()}
        self.applies = {id: z3.BoolVal(True) for id in self.questions}
        for id, question in self.questions.items():
            if question["ask-when"] is not None:
                self.applies[id] = self.condition(question["ask-when"])
        self.holds = [self.condition(criterion["when"]) for criterion in exported["criteria"]]
        self.conclude()

    def variable(self, question):
        id, kind = question["id"], question["kind"]
        if kind == "flag":
            return z3.Bool(id)
        if kind == "choices":
            return {option: z3.Bool(f"{id}.{option}") for option in self.options[id]}
        number = z3.Int(id)
        least, most = (question["min"], question["max"]) if kind == "count" else (0, len(self.options[id]) - 1)
        self.domain.append(z3.And(number >= least, number <= most))
        return number

    def condition(self, written, asked=True):
        """A condition as rule files write it; a question that does not apply fails every test, if that is `asked`."""
        parts = []
        for key, value in written.items():
            if key in ("all", "any"):
                combine = z3.And if key == "all" else z3.Or
                parts.append(combine([self.condition(part, asked) for part in value]))
            elif key in ("not", "unless"):
                parts.append(z3.Not(self.condition(value, asked)))
            else:
                parts.append(z3.And(self.applies[key], self.test(key, value)) if asked else self.test(key, value))
        return z3.And(parts)

    def test(self, id, accepted):
        answer, options = self.answer[id], self.options[id]
        if isinstance(answer, dict):
            wanted = accepted["includes"]
            return z3.Or([answer[option] for option in ([wanted] if isinstance(wanted, str) else wanted)])
        if isinstance(accepted, bool):
            return answer == accepted
        place = lambda value: options.index(value) if options else value
        if isinstance(accepted, dict):
            tests = {
                "at-least": lambda value: answer >= value,
                "at-most": lambda value: answer <= value,
                "above": lambda value: answer > value,
                "below": lambda value: answer < value,
            }
            return z3.And([tests[word](place(value)) for word, value in accepted.items()])
        values = accepted if isinstance(accepted, list) else [accepted]
        return z3.Or([answer == place(value) for value in values])

    def given(self, id, value):
        """That the answer to a question is this one."""
        answer = self.answer[id]
        if isinstance(answer, dict):
            return z3.And([answer[option] == (option in value) for option in answer])
        if isinstance(value, str):
            return answer == self.options[id].index(value)
        return answer == value

    def conclude(self):
        exported, holds = self.exported, self.holds
        criteria = list(zip(exported["criteria"], holds))
        platforms = exported["platforms"]
        constants = exported["constants"]
        count = lambda pairs: z3.Sum([z3.IntVal(0)] + [z3.If(held, points, 0) for points, held in pairs if points])
        greater = lambda one, other: z3.If(one > other, one, other)
        raw = constants["effort-price"] + count((c["effort"], held) for c, held in criteria)
        price = z3.Int("price")
        self.facts = list(self.domain) + [price == greater(raw, z3.IntVal(1))]
        lacks = {}
        for row in exported["aspects"]:
            demands = [(c["demands"][row["id"]], held) for c, held in criteria if row["id"] in c["demands"]]
            for level in {cell["level"] for cell in row["cells"].values()}:
                most = z3.IntVal(0)
                for demand, held in demands:
                    points = demand["weight"] * max(demand["level"] - level, 0)
                    if points:
                        most = greater(most, z3.If(held, z3.IntVal(points), z3.IntVal(0)))
                lacks[row["id"], level] = z3.Int(f"lacks.{row['id']}.{level}")
                self.facts.append(lacks[row["id"], level] == most)
        self.burden, effort, missed, named, gone = {}, {}, {}, {}, {}
        for platform in platforms:
            id, family = platform["id"], platform["family"]
            familiar = lambda c: c["familiarity"].get(id, 0) + c["familiarity"].get(family, 0)
            changes = [(familiar(c), held) for c, held in criteria]
            effort[id] = z3.Int(f"effort.{id}")
            self.facts.append(
                effort[id] == greater(platform["effort"] + count(changes), z3.IntVal(0))
            )
            # A product of two sums, as a sum of prices: one for each point of effort there is.
            most = platform["effort"] + sum(max(points, 0) for points, _ in changes)
            product = z3.Sum([z3.IntVal(0)] + [z3.If(effort[id] >= step, price, 0) for step in range(1, most + 1)])
            short = z3.Sum([lacks[row["id"], row["cells"][id]["level"]] for row in exported["aspects"]])
            self.burden[id] = z3.Int(f"burden.{id}")
            self.facts.append(self.burden[id] == product + constants["shortfall-price"] * short)
            level = {row["id"]: row["cells"][id]["level"] for row in exported["aspects"]}
            misses = [held for c, held in criteria if any(level[a] < must for a, must in c["musts"].items())]
            removes = [held for c, held in criteria if id in c["removes"]]
            leaves = [held for c, held in criteria if c["leaves"] not in (None, family)]
            missed[id], named[id], gone[id] = z3.Or(misses), z3.Or(removes), z3.Or(removes + leaves)
        subject = exported["subject"]
        sides = {True: [p["id"] for p in platforms if p["family"] == subject]}
        sides[False] = [p["id"] for p in platforms if p["family"] != subject]
        any_of = lambda out, side: z3.Or([z3.Not(out[id]) for id in sides[side]])
        available, lifted = (z3.And(any_of(out, True), any_of(out, False)) for out in (gone, named))
        order = {platform["id"]: place for place, platform in enumerate(platforms)}

        def before(one, other):
            """Whether a platform is preferred to another: no must missed, less burden, less effort, the rules' order."""
            ties = z3.BoolVal(order[one] < order[other])
            ties = z3.Or(effort[one] < effort[other], z3.And(effort[one] == effort[other], ties))
            less = z3.Or(self.burden[one] < self.burden[other], z3.And(self.burden[one] == self.burden[other], ties))
            equal = missed[one] == missed[other]
            return z3.Or(z3.And(missed[other], z3.Not(missed[one])), z3.And(equal, less))

        sums = {}
        for side, ids in sides.items():
            compared = {
                id: z3.Or(
                    z3.Not(z3.Or(available, lifted)),
                    z3.And(available, z3.Not(gone[id])),
                    z3.And(z3.Not(available), lifted, z3.Not(named[id])),
                )
                for id in ids
            }
            best = {id: z3.Bool(f"best.{side}.{id}") for id in ids}
            for id in ids:
                others = [z3.Implies(compared[other], before(id, other)) for other in ids if other != id]
                self.facts.append(best[id] == z3.And([compared[id]] + others))
            self.facts.append(z3.PbEq([(best[id], 1) for id in ids], 1))
            sums[side] = z3.Sum([z3.If(best[id], self.burden[id], 0) for id in ids])
        self.margin = z3.Int("margin")
        self.facts.append(self.margin == sums[False] - sums[True])
        only_with = z3.And(any_of(gone, True), z3.Not(any_of(gone, False)))
        only_without = z3.And(any_of(gone, False), z3.Not(any_of(gone, True)))
        bands = exported["bands"]
        self.band = {}
        for place, band in enumerate(bands):
            within = [z3.Not(only_with), z3.Not(only_without)]
            if band["at-least"] is not None:
                within.append(self.margin >= band["at-least"])
            if band["at-most"] is not None:
                within.append(self.margin <= band["at-most"])
            alone = {0: [only_without], len(bands) - 1: [only_with]}.get(place, [])
            self.band[band["id"]] = z3.Or([z3.And(within)] + alone)


class Judge:
    """Decides what is possible."""

    def __init__(self, rules, seconds):
        self.rules = rules
        self.milliseconds = int(seconds * 1000)
        self.model = None

    def possible(self, *statements):
        """Whether all statements can be true at once; None where it takes too long."""
        # A solver of its own, so that what is given is put in everywhere before anything is searched.
        solver = z3.Solver()
        solver.set("timeout", self.milliseconds)
        solver.add(self.rules.facts)
        solver.add(statements)
        answer = solver.check()
        self.model = solver.model() if answer == z3.sat else None
        return None if answer == z3.unknown else answer == z3.sat


def draw(rules, numbers, known):
    """Random answers, each known with this probability."""
    answers = {}
    for id, question in rules.questions.items():
        if numbers.random() >= known:
            continue
        kind, options = question["kind"], rules.options[id]
        if kind == "flag":
            answers[id] = numbers.random() < 0.5
        elif kind == "choice":
            answers[id] = numbers.choice(options)
        elif kind == "choices":
            answers[id] = [option for option in options if numbers.random() < 0.3]
        else:
            answers[id] = int(min(question["max"], max(question["min"], 2 ** numbers.uniform(0, 8) - 1)))
    return answers


def explained(binary, answers):
    run = subprocess.run(
        [binary, "--answers", "-", "--format", "json"], input=json.dumps(answers), capture_output=True, text=True
    )
    if run.returncode != 0:
        sys.exit(f"{binary} exits with {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def review(rules, judge, answers, result):
    """Each statement that the program calls proved, with what z3 makes of it: True, False, or None."""
    given = {id: rules.given(id, value) for id, value in answers.items()}
    facts = list(given.values())
    no = lambda possible: None if possible is None else not possible
    band = rules.band
    possible = result["possible_verdicts"]
    for verdict in band:
        found = judge.possible(*facts, band[verdict])
        if verdict not in possible:
            yield f"{verdict} is impossible", no(found)
        elif result["possible_proved"]:
            yield f"{verdict} is possible", found
    least, most = result["possible_margins"]
    yield f"no margin is below {least}", no(judge.possible(*facts, rules.margin < least))
    yield f"no margin is above {most}", no(judge.possible(*facts, rules.margin > most))
    if result["status"] != "settled":
        yield from review_questions(rules, judge, facts, result)
        return
    verdict = result["verdict"]
    for reason in result["sufficient_reasons"]:
        widened = [rules.condition(answer["values"], asked=False) for answer in reason["answers"]]
        yield "the reason forces the verdict", no(judge.possible(*widened, z3.Not(band[verdict])))
        if reason["smallest"]:
            yield "no smaller reason does", smallest(rules, judge, given, z3.Not(band[verdict]), len(reason["answers"]))
    if len(answers) == len(rules.questions):
        yield from review_changes(rules, judge, answers, result)


def review_questions(rules, judge, facts, result):
    """An open question can change the verdict where two sets of answers differ in it alone and in their verdict."""
    for open in result["open_questions"]:
        if open["can_change"] is None:
            continue
        id = open["id"]
        twin = [(variable, z3.FreshConst(variable.sort())) for variable in own_variables(rules, judge, id)]
        other = [z3.substitute(fact, *twin) for fact in rules.facts]
        verdicts = [(held, z3.substitute(held, *twin)) for held in rules.band.values()]
        differ = z3.Or([z3.And(held, z3.Not(twinned)) for held, twinned in verdicts])
        found = judge.possible(*facts, *other, differ)
        if open["can_change"]:
            yield f"{id} can change the verdict", found
        else:
            yield f"{id} cannot change the verdict", None if found is None else not found


def own_variables(rules, judge, id):
    """The variables of one question, and of all that follows from answers."""
    answers = set()
    for other, answer in rules.answer.items():
        if other != id:
            answers |= {str(variable) for variable in (answer.values() if isinstance(answer, dict) else [answer])}
    seen = {}
    for fact in rules.facts:
        stack = [fact]
        while stack:
            term = stack.pop()
            if term.get_id() in seen:
                continue
            seen[term.get_id()] = term
            stack.extend(term.children())
    constants = [t for t in seen.values() if z3.is_const(t) and t.decl().kind() == z3.Z3_OP_UNINTERPRETED]
    return [constant for constant in constants if str(constant) not in answers]


def smallest(rules, judge, given, escapes, size):
    """Whether no set of fewer than `size` given answers rules out what `escapes`: smallest hitting sets of what every
    way out has to change."""
    needed = []
    while True:
        chooser = z3.Optimize()
        chosen = {id: z3.Bool(f"chosen.{id}") for id in given}
        chooser.add([z3.Or([chosen[id] for id in ids]) for ids in needed])
        total = z3.Sum([z3.If(choice, 1, 0) for choice in chosen.values()])
        chooser.minimize(total)
        if chooser.check() != z3.sat:
            return None
        model = chooser.model()
        kept = [id for id in given if z3.is_true(model.eval(chosen[id], model_completion=True))]
        if len(kept) >= size:
            return True
        found = judge.possible(escapes, *[given[id] for id in kept])
        if found is None:
            return None
        if not found:
            return False
        needed.append(differing(rules, judge, given, escapes))


def differing(rules, judge, given, escapes):
    """Which given answers the set of answers that was found last differs in, after as many as can be are taken back."""
    model = judge.model
    variables = lambda id: rules.answer[id].values() if isinstance(rules.answer[id], dict) else [rules.answer[id]]
    fixed = lambda id: z3.And([variable == model.eval(variable, model_completion=True) for variable in variables(id)])
    found = {id: fixed(id) for id in rules.questions}
    changed = []
    for id in given:
        if z3.is_true(model.eval(given[id], model_completion=True)):
            continue
        if judge.possible(escapes, *{**found, id: given[id]}.values()):
            found[id] = given[id]
        else:
            changed.append(id)
    return changed


def review_changes(rules, judge, answers, result):
    """With everything answered, turning points and slack are what single sets of answers come to."""
    given = {id: rules.given(id, value) for id, value in answers.items()}
    sides = {band["id"]: band["side"] for band in rules.exported["bands"]}
    for points in result["turning_points"]:
        goal = [rules.band[band] for band in sides if points["to"] in (band, sides[band])]
        for change in points["sets"][:5]:
            rest = [fact for id, fact in given.items() if id not in change["when"]]
            stays = judge.possible(*rest, rules.condition(change["when"]), z3.Not(z3.Or(goal)))
            yield f"{change['text']}: leads to {points['to']}", None if stays is None else not stays
    for slack in result["slack"]:
        rest = [fact for id, fact in given.items() if id != slack["id"]]
        # An answer that is set aside passes no test; nothing is claimed of it.
        within = z3.And(rules.applies[slack["id"]], rules.condition(slack["when"]))
        verdict = rules.band[result["verdict"]]
        wrong = judge.possible(*rest, rules.applies[slack["id"]], within != verdict)
        yield f"{slack['id']} may be {slack['text']}", None if wrong is None else not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--sets", type=int, default=200, help="how many sets of answers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10, help="the most that z3 may take for one statement")
    options = parser.parse_args()
    exported = subprocess.run([options.binary, "rules", "export"], capture_output=True, text=True, check=True)
    rules = Rules(json.loads(exported.stdout))
    judge = Judge(rules, options.seconds)
    numbers = random.Random(options.seed)
    counts = collections.Counter()
    for index in range(options.sets):
        print(f"set {index + 1} of {options.sets}", file=sys.stderr)
        answers = draw(rules, numbers, (1.0, 0.5, 0.2)[index % 3])
        for said, right in review(rules, judge, answers, explained(options.binary, answers)):
            counts[right] += 1
            if right is False:
                print(f"wrong: {said}\n  with {json.dumps(answers)}", flush=True)
    print(
        f"{options.sets} sets of answers: {counts[True]} proved statements hold, {counts[False]} are wrong, "
        f"{counts[None]} were not decided in {options.seconds:g} s each"
    )
    sys.exit(1 if counts[False] else 0)


if __name__ == "__main__":
    main()
