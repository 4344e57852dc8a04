#!/usr/bin/env python3
"""The baseline of the recall bench: SQLite's FTS5 over the corpus beside this file.

Every dialog is an index of its own, as every person is. A query becomes the form in
wide use: split at whitespace, each word quoted, joined with OR, ordered by bm25.
Prints as JSON the share of a question's gold turns found among the first 5, 10 and 20,
and among those that fit into 250 to 2000 tokens, over all and by kind and language.
"""

import argparse
import json
import pathlib
import sqlite3

DEPTHS = (5, 10, 20)
BUDGETS = (250, 500, 1000, 2000)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = pathlib.Path(__file__).parent
    parser.add_argument("corpus", nargs="?", type=pathlib.Path, default=here / "corpus")
    scores = list(score_all(parser.parse_args().corpus))
    print(json.dumps(report(scores), indent=2, ensure_ascii=False))


def score_all(corpus):
    """Yields (language, kind, measures) for every question that has an answer."""
    for path in sorted(corpus.glob("*.questions.jsonl")):
        name = path.name.removesuffix(".questions.jsonl")
        turns = read(corpus / f"{name}.jsonl")
        questions = read(path)
        index = build(turns, taken_back(questions))
        sizes = {turn["id"]: tokens(turn) for turn in turns}
        for question in questions:
            if question["gold"]:
                found = search(index, question["query"])
                yield name.split("-")[0], question["kind"], measure(found, question, sizes)


def read(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def taken_back(questions):
    """The turns a person had deleted before asking: no index may hold them."""
    return {id for question in questions for id in question.get("gone", [])}


def build(turns, gone):
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE turns USING fts5(id UNINDEXED, text, tokenize='unicode61')")
    rows = [(turn["id"], turn["text"]) for turn in turns if turn["id"] not in gone]
    index.executemany("INSERT INTO turns VALUES (?, ?)", rows)
    return index


def search(index, query):
    words = (word.replace('"', '""') for word in query.split())
    match = " OR ".join(f'"{word}"' for word in words)
    rows = index.execute("SELECT id FROM turns WHERE turns MATCH ? ORDER BY bm25(turns)", (match,))
    return [id for (id,) in rows]


def tokens(turn):
    """What a turn costs: as the corpus says, or else a token for every four bytes."""
    return turn.get("tokens") or -(-len(turn["text"].encode()) // 4)


def measure(found, question, sizes):
    gold = set(question["gold"])
    at_depth = {f"@{depth}": share(found[:depth], gold) for depth in DEPTHS}
    in_budget = {f"{budget}t": share(fitting(found, sizes, budget), gold) for budget in BUDGETS}
    return at_depth | in_budget


def share(found, gold):
    return len(gold.intersection(found)) / len(gold)


def fitting(found, sizes, budget):
    """The best turns, in order, until one no longer fits."""
    for count, id in enumerate(found):
        budget -= sizes[id]
        if budget < 0:
            return found[:count]
    return found


def report(scores):
    everything = [measures for _, _, measures in scores]
    return {
        "overall": mean(everything),
        "by_kind": grouped((kind, measures) for _, kind, measures in scores),
        "by_language": grouped((language, measures) for language, _, measures in scores),
    }


def grouped(pairs):
    groups = {}
    for name, measures in pairs:
        groups.setdefault(name, []).append(measures)
    return {name: mean(groups[name]) for name in sorted(groups)}


def mean(measures):
    count = len(measures)
    averages = {name: round(100 * sum(m[name] for m in measures) / count, 1) for name in measures[0]}
    return {"questions": count} | averages


if __name__ == "__main__":
    main()
