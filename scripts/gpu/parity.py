"""Parity: one pass over each network, forward and backward, against PyTorch in float64.

Each tensor is judged by itself: outputs, gradients of inputs, the gradient of each layer's weights, and
so on. Its error may be as large as PyTorch's own in the same precision, times a factor.
"""

import concurrent.futures
import functools
import math
import statistics

import torch

from interpreter import Network
from session import SEED, Failed, OutOfTime, read, write

TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "tf32": torch.float32, "fp32": torch.float32}
# Relative errors, by root mean square, that are always allowed, and PyTorch's times a factor. In a network
# one rectifier that flips moves the gradients of all layers before it by thousandths.
OP_FLOOR = {"fp32": 1e-5, "tf32": 1e-3, "bf16": 1e-2, "fp16": 1.5e-3}
OP_FACTOR = 1.5
NETWORK_FLOOR = 1e-2
NETWORK_FACTOR = 4.0  # small layers of deep networks reach 2
CEILING = 0.7  # noise has 1.4, zeros 1
# Of standard deviations. Around 0 so many rectifiers flip in bf16 that no gradient of 50 layers is like another.
NETWORK_SHIFT = 2.0
NEGLIGIBLE = 0.1  # errors are relative to at least so much of the root mean square over all parameters
QUICK = ("convolution-1x1", "convolution-3x3", "convolution-7x7-stem", "dense", "norm-add-relu", "pool-max")
FAILURES_IN_A_ROW = 3
PRINTED = 6  # failures of a precision; all are in the file


class Case:
    """A network with random numbers, and what PyTorch makes of them."""

    def __init__(self, session, file, batch):
        self.name = file.stem
        self.network = Network(file)
        self.is_op = file.parent.name == "ops"
        self.device = session.device
        self.folder = session.folder(self.name, file)
        generator = torch.Generator().manual_seed(SEED)

        # In bfloat16, so that no precision starts with a rounding.
        def draw(shape, scale):
            return (scale * torch.randn([batch, *shape], generator=generator)).bfloat16().float()

        shift = 0 if self.is_op else NETWORK_SHIFT
        self.parameters = self.network.draw(generator, 0.1, shift).bfloat16().float()
        self.inputs = [draw(s, 1) for s in self.network.input_shapes()]
        self.gradients = [draw(s, 0.01) for s in self.network.output_shapes()]
        write(self.folder / "parameters.f32", self.parameters)
        for i, tensor in enumerate(self.inputs):
            write(self.folder / f"input{i}.f32", tensor)
        for i, tensor in enumerate(self.gradients):
            write(self.folder / f"outputGradient{i}.f32", tensor)

    @functools.cached_property
    def truth(self):
        return self._reference(torch.float64)

    def peer(self, precision):
        return self._reference(TYPES[precision], tf32=precision == "tf32")

    def _reference(self, dtype, tf32=False):
        """Returns PyTorch's results by name."""
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        scale = 1024 if dtype == torch.float16 else 1
        return self._named(
            *self.network.run(
                self.parameters.to(self.device),
                [i.to(self.device) for i in self.inputs],
                [g.to(self.device) for g in self.gradients],
                dtype,
                scale,
            )
        )

    def ours(self, precision):
        """Returns the engine's results by name, once it has run."""
        results = self.folder / precision
        wanted = self.network.program["inputGradients"]
        return self._named(
            [read(results / f"output{i}.f32") for i in range(len(self.gradients))],
            read(results / "gradients.f32"),
            [read(results / f"inputGradient{i}.f32") for i in range(len(self.inputs))] if wanted else [],
        )

    def _named(self, outputs, gradients, inputs):
        named = {f"output {i}": o.flatten() for i, o in enumerate(outputs)}
        if self.network.program["inputGradients"]:
            named |= {f"gradient of input {i}": g.flatten() for i, g in enumerate(inputs)}
        if len(gradients) != self.network.length:
            raise Failed(f"{len(gradients)} gradients of {self.network.length} parameters")
        return named | self.network.by_slice(gradients)

    def compare(self, precision):
        """Returns (error / allowed, error, allowed, name), the worst first."""
        ours, peers = self._errors(self.ours(precision)), self._errors(self.peer(precision))
        typical = statistics.median(peers.values())
        rows = []
        for name, found in ours.items():
            if self.is_op:
                allowed = max(OP_FLOOR[precision], OP_FACTOR * peers[name])
            else:
                allowed = max(NETWORK_FLOOR, NETWORK_FACTOR * max(peers[name], typical))
            allowed = min(CEILING, allowed)
            rows.append((found / allowed, found, allowed, name))
        return sorted(rows, reverse=True)

    def _errors(self, results):
        """Returns the relative error of each result; infinity where there is a NaN."""
        trained = self.network.trained()
        least = NEGLIGIBLE * _rms(torch.cat([self.truth[name] for name in trained])) if trained else 0
        errors = {}
        for name, true in self.truth.items():
            if results[name].shape != true.shape:
                raise Failed(f"{name} has {results[name].numel()} values, expected {true.numel()}")
            norm = max(_rms(true), least if name in trained else 0, 1e-30)
            wrong = _rms(results[name] - true) / norm
            errors[name] = wrong if math.isfinite(wrong) else math.inf
        return errors


def _rms(tensor):
    return float(tensor.square().mean().sqrt()) if len(tensor) else 0.0


def quick(session):
    """A few ops and the smallest network, in bf16."""
    files = [session.programs / f"ops/{name}.json" for name in QUICK] + _networks(session)[:1]
    _check(session, "quick", files, ["bf16"])


def parity(session):
    """All, in each precision."""
    files = sorted((session.programs / "ops").glob("*.json")) + _networks(session)
    chosen = [f for f in files if any(f.match(p + ".json") for p in session.options.cases)]
    if not chosen:
        raise Failed(f"no network of {session.programs} is called {', '.join(session.options.cases)}")
    _check(session, "parity", chosen, session.options.precisions)


def _networks(session):
    return sorted((session.programs / "small").glob("*.json"))


def _check(session, part, files, precisions):
    batch = 4 if session.trial else 16
    cases = [Case(session, file, batch) for file in files]
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(1 if session.trial else len(precisions)) as pool:
        running = {pool.submit(_run, session, part, cases, batch, p): p for p in precisions}
        for done in concurrent.futures.as_completed(running):
            wrong += _judge(session, part, cases, running[done], done.result())
    if wrong:
        why = f"{len(wrong)} of {len(cases) * len(precisions)}: " + ", ".join(wrong)
        raise OutOfTime(f"out of time, without {why}") if session.is_over() else Failed(why)


def _run(session, part, cases, batch, precision):
    """Runs all networks in one process, and what is left after a failure in another; returns why which failed."""
    failures = {}
    waiting = [case for case in cases]
    in_a_row = 0
    while waiting and in_a_row < FAILURES_IN_A_ROW:
        try:
            session.engine(part, "pass", [case.folder for case in waiting], batch, precision)
            return failures
        except OutOfTime as e:
            return failures | {case.name: str(e) for case in waiting[len(e.output.splitlines()) :]}
        except Failed as e:
            done = min(len(e.output.splitlines()), len(waiting) - 1)
            in_a_row = 1 if done else in_a_row + 1
            failures[waiting[done].name] = str(e)
            waiting = waiting[done + 1 :]
    return failures | {case.name: f"not run after {in_a_row} failures in a row" for case in waiting}


def _judge(session, part, cases, precision, failures):
    """Reports a precision, returns what failed."""
    wrong = []
    worst = (0.0, 0.0, 1.0, "nothing", "")
    for case in cases:
        why = failures.get(case.name)
        try:
            if why is None:
                rows = case.compare(precision)
                worst = max(worst, (*rows[0], case.name))
                why = _report(session, part, case, precision, rows)
        except Exception as e:  # each case by itself
            why = f"{type(e).__name__}: {e}"
        if why is not None:
            tell = session.say if len(wrong) < PRINTED else session.note
            tell(f"{precision} {case.name}: {why}")
            session.record(part=part, case=case.name, precision=precision, passed=False, why=why)
            wrong.append(f"{case.name} {precision}")
    ratio, found, allowed, name, case = worst
    worst = f"; worst {found:.2e}, {ratio:.2f} of what is allowed: {name} of {case}" if case else ""
    session.say(f"{precision}: {len(cases) - len(wrong)} of {len(cases)} networks{worst}")
    return wrong


def _report(session, part, case, precision, rows):
    """Notes each tensor; returns a line on those that are wrong, or None."""
    for ratio, found, allowed, name in rows:
        session.note(f"  {precision} {case.name:28} {found:11.2e} / {allowed:.2e} = {ratio:5.2f}  {name}")
    wrong = [row for row in rows if not row[0] <= 1]
    if wrong:
        _, found, allowed, name = wrong[0]
        return f"{len(wrong)} of {len(rows)} tensors; {name}: {found:.2e}, allowed {allowed:.2e}"
    session.record(part=part, case=case.name, precision=precision, passed=True, worst=rows[0])
    return None
