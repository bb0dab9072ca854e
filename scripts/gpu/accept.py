"""The acceptance run of the cuda engine. Started by accept.sh, which sets the library path.

Parts: device, quick (parity of a few networks in bf16), speed, profile, training, parity. What is printed
goes to OUT/log.txt, too, every measurement to OUT/results.jsonl, and what processes say to OUT/runs. A part
that fails or runs out of time does not stop the next; the exit code says whether all passed.
"""

import argparse
import functools
import importlib.metadata
import importlib.util
import pathlib
import shutil
import signal
import sys
import sysconfig
import time
import traceback

import torch

from parity import TYPES, parity, quick
from session import HERE, Failed, OutOfTime, Session
from speed import profile, speed
from training import training

MODELS = ("resnet50", "resnet101")
PARTS = ("device", "quick", "speed", "profile", "training", "parity")


def device(session):
    session.say(session.runner("devices", "devices").strip())
    session.say(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}, cuDNN {torch.backends.cudnn.version()}")


def surroundings(session):
    """Says what torch.compile and the baseline will find."""
    header = pathlib.Path(sysconfig.get_path("include")) / "Python.h"
    session.say(
        f"Python {sys.version.split()[0]}, torchvision {_version('torchvision')}, triton {_version('triton')}, "
        f"gcc {shutil.which('gcc') or 'missing'}, Python.h {'there' if header.exists() else 'missing'}"
    )
    commit = HERE / "commit"
    session.say(f"commit {commit.read_text().strip() if commit.exists() else 'unknown'}, files in {session.out}")


def _version(package):
    if importlib.util.find_spec(package) is None:
        return "missing"
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "there"


def plan(parts, models):
    """Returns (title, function of the session); by default the most telling first."""
    races = [(f"speed {model}", functools.partial(speed, model=model)) for model in models]
    known = {
        "device": [("device", device)],
        "quick": [("quick", quick)],
        "speed": races,
        "profile": [(f"profile {models[0]}", functools.partial(profile, model=models[0]))],
        "training": [("training", training)],
        "parity": [("parity", parity)],
    }
    if not parts:
        known["speed"], known["others"] = races[:1], races[1:]
    return [step for part in parts or known for step in known[part]]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="all by default, speed of the second model last")
    parser.add_argument("--minutes", type=float, metavar="N", help="start nothing and wait for nothing after so long")
    parser.add_argument("--models", type=_names, default=MODELS, metavar="A,B", help="to time; by default %(default)s")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="of timings; by default %(default)s")
    parser.add_argument("--precisions", type=_names, default=tuple(TYPES), metavar="A,B", help="of %(default)s")
    parser.add_argument("--cases", type=_names, default=("*",), metavar="A,B", help="networks of parity; patterns")
    parser.add_argument("--out", default=HERE.parent / "gpu-results", metavar="FOLDER", help="by default %(default)s")
    parser.add_argument("--cache", default=HERE.parent / "gpu-cache", metavar="FOLDER", help="plans, kernels, numbers")
    parser.add_argument("--programs", default=HERE / "programs", metavar="FOLDER", help="the networks")
    parser.add_argument("--trial", metavar="RUNNER", help="tries these scripts, tiny and on the CPU, with a runner")
    options = parser.parse_args()
    for what, given, known in (("part", options.parts, PARTS), ("precision", options.precisions, TYPES)):
        for name in given:
            if name not in known:
                parser.error(f"no {what} {name}; there is {', '.join(known)}")
    return options


def _names(text):
    return tuple(text.split(","))


def run(session, title, part):
    """Returns the verdict."""
    session.say(f"\n== {title}")
    try:
        session.require_time()
        part(session)
        return "passed"
    except OutOfTime as e:
        return f"NOT PASSED, {e}"
    except Failed as e:
        return f"FAILED: {e}"
    except Exception as e:
        session.note(traceback.format_exc())
        return f"FAILED: {type(e).__name__}: {e}"


def main():
    options = arguments()
    session = Session(options)

    def stop(number, frame):
        session.stop()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    session.note(f"\n# {time.strftime('%F %T')}: {' '.join(sys.argv[1:])}")
    surroundings(session)
    verdicts = {}
    for title, part in plan(options.parts, options.models):
        if verdicts.get("device", "passed") == "passed":
            verdicts[title] = run(session, title, part)
        else:
            verdicts[title] = "NOT RUN: the device failed"
        session.record(part=title, verdict=verdicts[title])
    session.say("\n== verdict")
    for title, verdict in verdicts.items():
        session.say(f"{title:16} {verdict if len(verdict) <= 300 else verdict[:297] + '...'}")
    return 0 if all(v == "passed" for v in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
