"""Speed: whole training steps, ours against torchvision's networks, in turns; and where ours spends its time."""

import json
import math
import statistics
import sys

import torch

from interpreter import Network
from session import HERE, SEED, Failed, OutOfTime, write

# Bytes a second of a copy and bf16 FLOP/s that the roofline takes; MB and GFLOP an image with fused bf16
# norms, two passes. Their times are added: no overlap is assumed.
GPUS = {"H200": (4.3e12, 788e12), "H100 80GB HBM3": (3.02e12, 745e12), "A100": (1.76e12, 250e12)}
WORK_AN_IMAGE = {"resnet50": (335e6, 24.3e9), "resnet101": (495e6, 46.6e9)}
GOALS = (("bf16", "eager", 1.2), ("bf16", "compile", 1.05), ("fp16", "eager", 1.45))
PASSES = 10
PRINTED = 24  # lines of a profile; all are in the file


class Race:
    """One model at one batch size. Each measurement is a process of its own."""

    def __init__(self, session, model):
        self.session = session
        self.model = model
        self.rows, self.warm_up, self.steps = (2, 1, 1) if session.trial else (256, 15, 50)
        files = list((session.programs / "large").glob(f"{model}-*.json"))
        if len(files) != 1:
            raise Failed(f"{len(files)} networks {session.programs}/large/{model}-*.json, expected one")
        [file] = files
        network = Network(file)
        [[_, self.side, _]] = network.input_shapes()
        [[classes, _, _]] = network.output_shapes()
        self.parameters = sum(len(network.by_slice(range(network.length))[name]) for name in network.trained())
        self.folder = session.folder(f"speed-{model}", file)
        generator = torch.Generator().manual_seed(SEED)
        images = (self.rows, self.side, self.side, 3)
        write(self.folder / "parameters.f32", network.draw(generator))
        write(self.folder / "pixels.u8", torch.randint(256, images, dtype=torch.uint8, generator=generator))
        write(self.folder / "labels.i32", torch.randint(classes, images[:1], dtype=torch.int32, generator=generator))

    def ours(self, precision):
        """Returns images a second, from uint8 on the host to the loss on the host."""
        steps = ("--steps", self.warm_up + self.steps, "--learning-rate", 0.01)
        self.session.engine(f"speed-{self.model}", "train", [self.folder], self.rows, precision, *steps)
        found = json.loads((self.folder / precision / "steps.json").read_text())
        if not all(math.isfinite(float(loss)) for loss in found["losses"]):
            raise Failed("a loss is not finite")
        timed = found["milliseconds"][self.warm_up :]
        return 1000 * self.rows * len(timed) / sum(timed)

    def prepare(self, precision):
        """Lets ours choose its plans, which takes longer than steps do and is kept for later processes."""
        try:
            steps = ("--steps", 1, "--learning-rate", 0.01)
            seconds = self.session.seconds_left()
            name = f"prepare-{self.model}"
            self.session.engine(name, "train", [self.folder], self.rows, precision, *steps, seconds=seconds)
        except OutOfTime:
            raise
        except Failed as e:  # the race says it again
            self.session.note(str(e))

    def peer(self, mode):
        """Returns images a second, of floats that lie on the device."""
        numbers = (self.rows, self.side, self.warm_up, self.steps)
        command = [sys.executable, str(HERE / "baseline.py"), self.model, mode, self.session.device]
        said = self.session.call(f"speed-{self.model}-{mode}", command + [str(n) for n in numbers])
        found = json.loads(said.splitlines()[-1])
        if found["parameters"] != self.parameters:
            raise Failed(f"{self.parameters} parameters, where torchvision's has {found['parameters']}")
        return found["images_per_second"]

    def competitors(self):
        ours = [p for p in ("bf16", "fp16") if p in self.session.options.precisions]
        named = {f"ours {p}": lambda p=p: self.ours(p) for p in ours}
        return named | {mode: lambda mode=mode: self.peer(mode) for mode in ("eager", "compile")}

    def run(self):
        """Yields the median rates so far after each measurement; who fails is out, and so are its rates."""
        for precision in ("bf16", "fp16"):
            if precision in self.session.options.precisions:
                self.prepare(precision)
        running = self.competitors()
        rates = {name: [] for name in running}
        for number in range(self.session.options.rounds):
            for name in list(running):
                try:
                    rate = running[name]()
                    rates[name].append(rate)
                    self.session.say(f"{self.model}, round {number + 1}, {name}: {rate:.0f} img/s")
                    self.session.record(part="speed", model=self.model, round=number + 1, competitor=name, rate=rate)
                except OutOfTime:
                    raise
                except Exception as e:  # the others go on
                    del running[name], rates[name]
                    self.session.say(f"{self.model}, {name}: {e}")
                    self.session.record(part="speed", model=self.model, round=number + 1, competitor=name, why=str(e))
                yield {name: statistics.median(found) for name, found in rates.items() if found}


def speed(session, model):
    race = Race(session, model)
    rates = {}
    try:
        for rates in race.run():
            pass
    finally:
        _table(session, model, rates)
    missing = [name for name in ("ours bf16", "eager") if name not in rates]
    if missing:
        raise Failed("not measured: " + ", ".join(missing))
    if rates["ours bf16"] < rates["eager"]:
        raise Failed(f"{rates['ours bf16'] / rates['eager']:.2f} x PyTorch eager")


def _table(session, model, rates):
    """Prints medians, ratios and goals."""
    roof = _roofline(session, model)
    session.say(f"{model:12} {'img/s':>8} {'/ eager':>8} {'/ compile':>9} {'of roofline':>11}")
    for name, rate in rates.items():
        ratios = [f"{rate / rates[peer]:.2f}" if peer in rates else "-" for peer in ("eager", "compile")]
        share = f"{rate / roof:.0%}" if roof else "-"
        session.say(f"{name:12} {rate:8.0f} {ratios[0]:>8} {ratios[1]:>9} {share:>11}")
    for precision, peer, factor in GOALS:
        ours = rates.get(f"ours {precision}")
        if ours is None or peer not in rates:
            verdict = "not measured"
        else:
            verdict = "reached" if ours >= factor * rates[peer] else "not reached"
        session.say(f"goal {precision} {factor} x {peer}: {verdict}")


def _roofline(session, model):
    """Returns images per second, None for a GPU or a model whose numbers are not known here."""
    if session.trial or model not in WORK_AN_IMAGE:
        return None
    for name, (bandwidth, flops) in GPUS.items():
        if name in torch.cuda.get_device_name():
            moved, computed = WORK_AN_IMAGE[model]
            return 1 / (moved / bandwidth + computed / flops)
    return None


def profile(session, model):
    """Times the tasks of one model in bf16, one by one."""
    race = Race(session, model)
    passes = 1 if session.trial else PASSES
    said = session.engine(f"profile-{model}", "profile", [race.folder], race.rows, "bf16", "--passes", passes)
    lines = said.splitlines()
    for line in lines[:PRINTED]:
        session.say(line)
    for line in lines[PRINTED:]:
        session.note(line)
