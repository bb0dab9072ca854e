"""One acceptance run: where it writes, how much time is left, and the processes that it starts."""

import contextlib
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import threading
import time

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent
SEED = 1
CALL_SECONDS = 200
TRIAL_SECONDS = 1800  # the emulation is slow
LEAST_SECONDS = 10  # with less, no process is started


class Failed(Exception):
    """Says why a check failed; output is what its process printed until then."""

    def __init__(self, why, output=""):
        super().__init__(why)
        self.output = output


class OutOfTime(Failed):
    """The budget of the run is spent."""


class Session:
    """All that parts share. Whatever is said goes to a file, too, line by line, so that a kill loses nothing."""

    def __init__(self, options):
        self.options = options
        self.trial = bool(options.trial)
        self.device = "cpu" if self.trial else "cuda"
        self.programs = pathlib.Path(options.programs)
        self.cache = pathlib.Path(options.cache).resolve()
        self.out = pathlib.Path(options.out).resolve()
        self.runs = self.out / "runs"
        for folder in (self.cache, self.runs):
            folder.mkdir(parents=True, exist_ok=True)
        self.end = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
        self._log = open(self.out / "log.txt", "a", buffering=1)
        self._results = open(self.out / "results.jsonl", "a", buffering=1)
        self._lock = threading.Lock()
        self._calls = len(list(self.runs.glob("*.out")))
        self._processes = set()

    def say(self, text=""):
        """Prints a line, and logs it."""
        print(text, flush=True)
        self.note(text)

    def note(self, text):
        """Logs a line that is not printed."""
        self._log.write(text + "\n")

    def record(self, **fields):
        """Adds a result to results.jsonl."""
        self._results.write(json.dumps(fields) + "\n")

    def seconds_left(self):
        return self.end - time.monotonic()

    def is_over(self):
        return self.seconds_left() < LEAST_SECONDS

    def require_time(self):
        if self.is_over():
            raise OutOfTime("out of time")

    def engine(self, name, command, folders, batch, precision, *options, seconds=None):
        """Runs the engine's runner over folders with networks, returns what it prints."""
        arguments = [command, "--stacktrace", "--batch", batch, "--precision", precision, *options, *folders]
        return self.runner(f"{name}-{precision}", *arguments, seconds=seconds)

    def runner(self, name, *arguments, seconds=None):
        return self.call(name, self._java() + [str(a) for a in arguments], seconds)

    def _java(self):
        if self.trial:
            return shlex.split(self.options.trial)
        return [
            str(HERE / "jre/bin/java"),
            "-Xmx2g",
            f"-XX:ErrorFile={self.runs}/crash-%p.txt",
            "-Djavacpp.platform=linux-x86_64",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            f"-Dorg.bytedeco.javacpp.cachedir={self.cache / 'javacpp'}",
            "-Dorg.slf4j.simpleLogger.log.org.jft=debug",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-cp",
            f"{HERE / 'lib'}/*:{HERE / 'natives'}",
            "org.jft.core.engine.portable.ProgramRunner",
        ]

    def call(self, name, command, seconds=None):
        """
        Runs a command, returns what it prints; that and its standard error stay in files.

        seconds: after which it is killed, if not after CALL_SECONDS
        """
        self.require_time()
        with self._lock:
            self._calls += 1
            stem = self.runs / f"{self._calls:03d}-{name}"
        out, err = stem.with_name(stem.name + ".out"), stem.with_name(stem.name + ".err")
        start = time.monotonic()
        most = TRIAL_SECONDS if self.trial else seconds or CALL_SECONDS
        limit = min(most, self.seconds_left())
        with open(out, "w") as to, open(err, "w") as errors:
            errors.write(shlex.join(command) + "\n")
            errors.flush()
            code = self._run(command, to, errors, limit)
        output = out.read_text(errors="replace")
        self.note(f"{stem.name}: {'killed' if code is None else f'exit code {code}'}, {time.monotonic() - start:.1f} s")
        if code is None and limit < most:
            raise OutOfTime("out of time", output)
        if code is None:
            raise Failed(f"{stem.name}: no end after {most} s", output)
        if code != 0:
            raise Failed(f"{stem.name}: {_reason(err, code)}", output)
        return output

    def _run(self, command, out, err, seconds):
        """Returns the exit code, or None after killing a process that takes too long."""
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=self._environment(), start_new_session=True
        )
        self._processes.add(process)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            return None
        finally:
            self._processes.discard(process)

    def _environment(self):
        return dict(
            os.environ,
            XDG_CACHE_HOME=str(self.cache),
            TORCHINDUCTOR_CACHE_DIR=str(self.cache / "inductor"),
            TRITON_CACHE_DIR=str(self.cache / "triton"),
        )

    def stop(self):
        """Kills what runs, and starts nothing any more."""
        self.end = 0
        for process in list(self._processes):
            _kill(process)

    def folder(self, name, network):
        """Returns an empty folder with a network."""
        folder = self.cache / "numbers" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copyfile(network, folder / "network.json")
        return folder


def _kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _reason(err, code):
    """Returns the sentence that ends a log, whether a stack trace follows it or precedes it."""
    if code < 0:
        return signal.Signals(-code).name
    lines = [line for line in err.read_text(errors="replace").splitlines()[1:] if line.strip()]
    outer = [line for line in lines if not line[0].isspace() and not line.startswith("Caused by")]
    return (outer or [f"exit code {code}"])[-1][:400]


def write(file, tensor):
    tensor.detach().cpu().contiguous().numpy().tofile(file)


def read(file):
    return torch.from_numpy(numpy.fromfile(file, numpy.float32)).double()
