"""Put riskcheck beside tools that people use for this today, on the same posts, in one run.

``python benchmarks/peers.py [FILE…]`` writes ``benchmarks/peers.md``. The held-out tenth of the invented posts is
always used; FILEs are JSON Lines with ``text`` and ``labels``, public posts that no one may pass on, for one. The
peers are installed into a virtual environment of their own (``build/peers``), once: their requirements clash.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskcheck.corpus.reading import Example

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "peers"
PEERS = ("vaderSentiment==3.3.2", "alt-profanity-check==1.9.1", "better-profanity==0.7.0")
# A default list as tools that clean up old posts ship it: swearing, drink and drugs, sex, slurs, quarrels, work.
KEYWORDS = """
arse ass asshole bastard bitch bollocks bullshit cock crap cunt damn dick fuck fucker fucking goddamn piss pissed
prick pussy shit shitty slut twat wanker whore wtf stfu alcohol beer blunt booze cocaine coke crack drunk hangover
hammered heroin high hungover joint ketamine lsd marijuana mdma meth molly pills stoned tequila tipsy vodka wasted
weed whiskey boobs horny naked nude nudes orgasm porn sex sexy tits dyke fag faggot gypsy nigger nigga paki retard
retarded spic tranny die hate idiot kill loser moron murder shut stupid suicide threat ugly boss fired hungover job
lazy manager quit sick steal stole
"""
_KEYWORD = re.compile(r"\b(?:" + "|".join(sorted(set(KEYWORDS.split()))) + r")\b", re.IGNORECASE)
NAMES = {"risky": "risky", "any": "any category", "core": "core category"}
_INTRO = """\
# riskcheck and its peers

<!-- Written by `python benchmarks/peers.py`; do not edit. -->

Average precision (95 % interval by bootstrap over groups of posts), all tools on the same posts in one run. A tool that
guesses reaches the row *by chance*. The last two columns use every tool's usual threshold: of the risky posts, how many
it finds; of the harmless ones, how many it flags.

None of the peers was made for this question: VADER tells bad mood, the profanity filters swearing, the keyword list
whatever stands on it. They are what people use. riskcheck was trained on posts like these, though on none of them, and
labelled by the same guideline, which favours it.
"""
Answers = dict[str, tuple[list[float], list[bool]]]


def peer_answers(texts: list[str]) -> Answers:
    """Score and flag texts with every peer; runs inside the peers' environment."""
    from better_profanity import profanity
    from profanity_check import predict_prob
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    mood = SentimentIntensityAnalyzer()
    vader = [-mood.polarity_scores(text)["compound"] for text in texts]
    swearing = [float(p) for p in predict_prob(texts)]
    profanity.load_censor_words()
    listed = [bool(profanity.contains_profanity(text)) for text in texts]
    return {
        "VADER 3.3.2": (vader, [score >= 0.05 for score in vader]),
        "alt-profanity-check 1.9.1": (swearing, [score >= 0.5 for score in swearing]),
        "better-profanity 0.7.0": ([float(hit) for hit in listed], listed),
    }


def in_own_environment(texts: list[str]) -> Answers:
    """Install the peers if need be, and let them answer in a process of their own."""
    python = HOME / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    mark = HOME / "installed.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != "\n".join(PEERS):
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        mark.write_text("\n".join(PEERS), encoding="utf-8")
    done = subprocess.run(
        [python, "-W", "ignore", __file__, "--answer"],
        input=json.dumps(texts), capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return {name: (scores, flags) for name, (scores, flags) in json.loads(done.stdout).items()}


def keyword_answers(texts: list[str]) -> Answers:
    """Count the words of the list."""
    counts = [float(len(_KEYWORD.findall(text))) for text in texts]
    return {"keyword list": (counts, [count > 0 for count in counts])}


def interval(wanted: Any, score: Any, groups: Any, rounds: int) -> tuple[float, float]:
    """95 % interval of the average precision."""
    from riskcheck.corpus.metrics import average_precision, bootstrap

    return bootstrap(lambda rows: average_precision(wanted[rows], score[rows]), groups, rounds=rounds)


def compare(title: str, examples: Sequence[Example], model: Any, thresholds: dict[str, Any], rounds: int) -> str:
    """Lay out one collection as a section with its table."""
    import numpy as np

    from riskcheck.categories import CORE
    from riskcheck.categories import NAMES as CATEGORIES
    from riskcheck.corpus.evaluate import bands, group_numbers
    from riskcheck.corpus.intervals import Share, percent
    from riskcheck.corpus.metrics import any_of, average_precision
    from riskcheck.model import severities

    texts = [example.text for example in examples]
    y, groups = severities([example.labels for example in examples]), group_numbers(examples)
    core = [CATEGORIES.index(name) for name in CORE]
    truth = {"risky": y.max(axis=1) >= 2, "any": y.max(axis=1) >= 1, "core": (y[:, core] > 0).any(axis=1)}
    scores = model.predict_scores(texts)
    own = {"risky": scores.risky, "any": scores.overall[:, 0], "core": any_of(scores.categories[:, core])}
    rows: list[tuple[str, dict[str, Any], Any]] = [("**riskcheck**", own, bands(scores, thresholds) >= 2)]
    for name, (values, flags) in {**in_own_environment(texts), **keyword_answers(texts)}.items():
        rows.append((name, dict.fromkeys(truth, np.array(values)), np.array(flags)))
    lines = [
        f"## {title}", "",
        f"{len(examples):,} posts: {truth['risky'].sum():,} risky, {truth['any'].sum():,} with any category,"
        f" {truth['core'].sum():,} with a core category.", "",
        f"| tool | {' | '.join(NAMES.values())} | risky posts found | harmless posts flagged |",
        "|---|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for name, given, flags in rows:
        cells = []
        for what, wanted in truth.items():
            score = given[what]
            low, high = interval(wanted, score, groups, rounds)
            cells.append(f"{average_precision(wanted, score):.2f} ({low:.2f} to {high:.2f})")
        for posts in (truth["risky"], ~truth["any"]):
            cells.append(percent(Share(int((flags & posts).sum()), int(posts.sum())).rate))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append(f"| by chance | {' | '.join(f'{wanted.mean():.2f}' for wanted in truth.values())} | | |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "peers.md")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.answer:
        json.dump(peer_answers(json.load(sys.stdin)), sys.stdout)
        return

    from riskcheck import artefact
    from riskcheck.corpus.reading import read_authored, read_labelled
    from riskcheck.corpus.splitting import role, with_groups
    from riskcheck.model import RiskModel

    path = chosen.model or artefact.default_path()
    manifest, model = artefact.read(path).manifest, RiskModel.load(path)
    sets = {"Invented posts, the held-out tenth": [e for e in read_authored(chosen.data) if role(e) == "test"]}
    for file in chosen.files:
        sets[f"Public posts ({file.name})"] = with_groups(read_labelled(file))
    parts = [compare(title, found, model, manifest["thresholds"], chosen.rounds) for title, found in sets.items()]
    text = "\n".join([_INTRO, f"riskcheck's model: {manifest['version']}.\n", *parts])
    chosen.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
