#!/usr/bin/env python3
"""Checks that the corpus beside this file holds together, and counts what is in it."""

import collections
import datetime
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
CITING = ("gold", "stale", "gone", "not_fact")
KINDS = {"fact", "temporal", "multi", "update", "paraphrase", "quoted", "deleted", "joke"}


def main():
    counts, faults = collections.defaultdict(collections.Counter), []
    for path in sorted(HERE.glob("*.questions.jsonl")):
        name = path.name.removesuffix(".questions.jsonl")
        turns, questions = read(HERE / f"{name}.jsonl"), read(path)
        faults += [f"{name}: {fault}" for fault in turn_faults(turns) + question_faults(turns, questions)]
        language = name.split("-")[0]
        counts["by language"][language] += 1
        counts["total"].update(dialogs=1, turns=len(turns), questions=len(questions))
        counts["by kind"].update(question["kind"] for question in questions)
    print(json.dumps(counts, indent=2))
    sys.exit("\n".join(faults) or 0)


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def turn_faults(turns):
    times = [datetime.datetime.fromisoformat(turn["at"].replace("Z", "+00:00")) for turn in turns]
    checks = {
        "an id appears twice": len({turn["id"] for turn in turns}) == len(turns),
        "time runs backwards": times == sorted(times),
        "an empty text": all(turn["text"].strip() for turn in turns),
        "a strange role": {turn["role"] for turn in turns} == {"user", "assistant"},
    }
    return [fault for fault, holds in checks.items() if not holds]


def question_faults(turns, questions):
    place = {turn["id"]: number for number, turn in enumerate(turns)}
    gone = {id for question in questions for id in question.get("gone", [])}
    return [fault for question in questions for fault in faults_of(question, place, gone)]


def faults_of(question, place, gone):
    kind, gold, stale = question["kind"], question["gold"], question.get("stale", [])
    cited = [id for field in CITING for id in question.get(field, [])]
    if not all(id in place for id in cited):
        return [f"an unknown id in {question['query']}"]
    checks = {
        "an unknown kind": kind in KINDS,
        "no gold turn": gold or kind in ("deleted", "joke"),
        "gold that was taken back": not gone.intersection(gold),
        "a deletion of nothing": (kind == "deleted") == ("gone" in question),
        "a joke without its turn": (kind == "joke") == ("not_fact" in question),
        "an update without the older turn": kind != "update" or stale,
        "a stale turn after the gold one": all(place[old] < place[gold[0]] for old in stale),
    }
    return [f"{fault}: {question['query']}" for fault, holds in checks.items() if not holds]


if __name__ == "__main__":
    main()
