"""The acceptance run of the cuda engine: (a) device, (b) parity, (c) training, (d) speed.

Each part reports its failures and the next goes on; the exit code says whether all passed. Started by
accept.sh, which sets the library path.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import traceback

import numpy
import torch

from interpreter import Network

HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path(tempfile.mkdtemp(prefix="jft-accept-"))
JAVA = [
    str(HERE / "jre/bin/java"),
    "-Xmx2g",
    "-Djavacpp.platform=linux-x86_64",
    "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
    f"-Dorg.bytedeco.javacpp.cachedir={WORK / 'javacpp'}",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-cp",
    f"{HERE / 'lib'}/*:{HERE / 'natives'}",
    "org.jft.core.engine.portable.ProgramRunner",
]
DEVICE = "cuda"
SEED = 1

# Relative errors (norm of the difference / norm) against float64. Allowed is the floor, or so many times
# PyTorch's own error at the same precision where that is larger, but never as much as noise.
FLOOR = {"fp32": 1e-5, "tf32": 1e-3, "bf16": 1e-2, "fp16": 1.5e-3}
PEER_FACTOR = 1.5
CEILING = 0.7
TYPES = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

# (d): bytes a second of a copy and bf16 FLOP/s that the roofline takes; MB and GFLOP an image with fused
# bf16 norms, two passes. Their times are added: no overlap is assumed.
GPUS = {"H200": (4.3e12, 788e12), "H100 80GB HBM3": (3.02e12, 745e12), "A100": (1.76e12, 250e12)}
WORK_AN_IMAGE = {"resnet50": (335e6, 24.3e9), "resnet101": (495e6, 46.6e9)}
PARAMETERS = {"resnet50": 25_557_032, "resnet101": 44_549_160}
BATCH = 256
WARM_UP = 15
STEPS = 50


class Failed(Exception):
    """Says why a check failed."""


def call(command, seconds=900):
    """Runs a command, returns its standard output."""
    environment = dict(os.environ, XDG_CACHE_HOME=str(WORK / "cache"))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=environment)
    except subprocess.TimeoutExpired as e:
        raise Failed(f"no end after {seconds} s") from e
    if done.returncode != 0:
        raise Failed(f"exit code {done.returncode}: {done.stderr.strip()[-600:]}")
    return done.stdout


def engine(command, network, folder, batch, precision, *options):
    """Runs the engine on the files of a folder."""
    arguments = [command, network, folder, "--batch", batch, "--precision", precision, *options]
    return call(JAVA + [str(a) for a in arguments])


def write(file, tensor):
    tensor.detach().cpu().contiguous().numpy().tofile(file)


def read(file):
    return torch.from_numpy(numpy.fromfile(file, numpy.float32)).double()


def error(ours, truth):
    """Returns the relative error; NaN and infinity are as wrong as can be."""
    ours, truth = ours.flatten(), truth.flatten()
    if ours.shape != truth.shape:
        raise Failed(f"{ours.numel()} values, expected {truth.numel()}")
    if truth.numel() == 0:
        return 0.0
    wrong = (ours - truth).norm() / truth.norm().clamp_min(1e-30)
    return float(wrong) if torch.isfinite(wrong) else float("inf")


# (a)


def device():
    print(call(JAVA + ["devices"]).strip())
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}, cuDNN {torch.backends.cudnn.version()}")
    print(f"bundle of commit {(HERE / 'commit').read_text().strip()}")


# (b)


class Case:
    """A network with random numbers, its true results, and the engine's at each precision."""

    def __init__(self, file, batch):
        self.name = file.stem
        self.file = file
        self.batch = batch
        self.network = Network(file)
        generator = torch.Generator().manual_seed(SEED)

        def draw(shape):
            return torch.randn([batch, *shape], generator=generator)

        # In bfloat16, so that no precision starts with a rounding.
        def rounded(values):
            return values.bfloat16().float()

        self.parameters = rounded(self.network.draw(generator, spread=0.1))
        self.inputs = [rounded(draw(s)) for s in self.network.input_shapes()]
        self.gradients = [rounded(0.01 * draw(s)) for s in self.network.output_shapes()]

    def reference(self, dtype, tf32=False):
        """Returns results by name, of PyTorch."""
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        scale = 1024 if dtype == torch.float16 else 1
        results = self.network.run(
            self.parameters.to(DEVICE), self.inputs, [g.to(DEVICE) for g in self.gradients], dtype, scale
        )
        return self._named(*results)

    def ours(self, precision):
        """Returns results by name, of the engine."""
        folder = WORK / f"{self.name}-{precision}"
        folder.mkdir()
        write(folder / "parameters.f32", self.parameters)
        for i, tensor in enumerate(self.inputs):
            write(folder / f"input{i}.f32", tensor)
        for i, tensor in enumerate(self.gradients):
            write(folder / f"outputGradient{i}.f32", tensor)
        engine("pass", self.file, folder, self.batch, precision)
        outputs = [read(folder / f"output{i}.f32") for i in range(len(self.gradients))]
        wanted = self.network.program["inputGradients"]
        inputs = [read(folder / f"inputGradient{i}.f32") for i in range(len(self.inputs))] if wanted else []
        return self._named(outputs, read(folder / "gradients.f32"), inputs)

    def _named(self, outputs, gradients, inputs):
        trained = self.network.trainable()
        named = {f"output {i}": o for i, o in enumerate(outputs)}
        named |= {"parameters": gradients[trained], "statistics": gradients[~trained]}
        if self.network.program["inputGradients"]:
            named |= {f"input {i}": g for i, g in enumerate(inputs)}
        return named


def parity():
    cases = [Case(file, 8) for file in sorted((HERE / "programs/ops").glob("*.json"))]
    cases += [Case(HERE / f"programs/{name}-64.json", 16) for name in ("resnet18", "resnet50")]
    wrong = []
    print(f"{'network':28} {'type':5} {'largest error / allowed':>24}  of")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for case in cases:
            running = {p: pool.submit(case.ours, p) for p in TYPES}
            truth = case.reference(torch.float64)
            for precision, dtype in TYPES.items():
                try:
                    peer = case.reference(dtype, tf32=precision == "tf32")
                    line, passed = compare(running[precision].result(), peer, truth, precision)
                except Exception as e:  # each combination by itself
                    line, passed = str(e), False
                print(f"{case.name:28} {precision:5} {line}{'' if passed else '  FAILED'}", flush=True)
                if not passed:
                    wrong.append(f"{case.name} {precision}")
    if wrong:
        raise Failed(f"{len(wrong)} of {len(cases) * len(TYPES)}: " + ", ".join(wrong))


def compare(ours, peer, truth, precision):
    """Returns the worst of the results in a line, and whether it is good enough."""
    worst = (0.0, 0.0, 1.0, "nothing")
    for name, true in truth.items():
        allowed = min(CEILING, max(FLOOR[precision], PEER_FACTOR * error(peer[name], true)))
        found = error(ours[name], true)
        worst = max(worst, (found / allowed, found, allowed, name))
    ratio, found, allowed, name = worst
    return f"{found:11.2e} / {allowed:.2e}  {name}", ratio <= 1


# (c)


def training():
    wrong = []
    for precision in ("bf16", "fp16", "tf32"):
        losses = train(HERE / "programs/resnet18-64.json", 64, precision, 200, 0.02)
        first, last = statistics.mean(losses[:20]), statistics.mean(losses[-20:])
        print(f"resnet18, {precision}: loss {first:.3f} in the first 20 steps, {last:.3f} in the last 20")
        if not last < 0.5 * first:
            wrong.append(precision)
    if wrong:
        raise Failed("the loss does not fall to half in " + ", ".join(wrong))


def train(file, batch, precision, steps, learning_rate):
    """Trains on noisy pictures of ten patterns, returns the losses."""
    network = Network(file)
    [[_, height, width]] = network.input_shapes()
    generator = torch.Generator().manual_seed(SEED)
    folder = WORK / f"{file.stem}-train-{precision}"
    folder.mkdir()
    write(folder / "parameters.f32", network.draw(generator))
    patterns = torch.rand(10, 3, 8, 8, generator=generator)
    patterns = torch.nn.functional.interpolate(patterns, (height, width)).permute(0, 2, 3, 1)
    labels = torch.randint(0, 10, (20 * batch,), generator=generator)
    noise = torch.rand(20 * batch, height, width, 3, generator=generator)
    write(folder / "pixels.u8", (255 * (0.5 * patterns[labels] + 0.5 * noise)).byte())
    write(folder / "labels.i32", labels.int())
    engine("train", file, folder, batch, precision, "--steps", steps, "--learning-rate", learning_rate)
    return json.loads((folder / "steps.json").read_text())["losses"]


# (d)


def speed():
    print("Images per second of whole training steps, batch 256, 224 px; PyTorch: channels last, autocast bf16,")
    print("images as floats on the device. Ours starts from uint8 images on the host, and copies them each step.")
    torch.cuda.empty_cache()
    slow = []
    for model in WORK_AN_IMAGE:
        rates = rounds(model)
        eager, compiled = rates["eager"], rates["compile"]
        roof = roofline(model)
        print(f"\n{model:12} {'img/s':>8} {'/ eager':>8} {'/ compile':>9} {'of roofline':>11}")
        for name, rate in rates.items():
            share = f"{rate / roof:11.0%}" if roof else f"{'unknown':>11}"
            print(f"{name:12} {rate:8.0f} {rate / eager:8.2f} {rate / compiled:9.2f} {share}")
        bf16 = rates["ours bf16"]
        goal = bf16 >= 1.2 * eager and bf16 >= 1.05 * compiled
        print(f"bf16 goal, 1.2 x eager and 1.05 x compile: {'reached' if goal else 'not reached'}")
        print(f"fp16 stretch, 1.45 x eager: {'reached' if rates['ours fp16'] >= 1.45 * eager else 'not reached'}")
        if not bf16 >= eager:  # NaN, too
            slow.append(model)
    if slow:
        raise Failed("not as fast as PyTorch eager, or not measured: " + ", ".join(slow))


def rounds(model):
    """Returns the median rate of each competitor; they take turns. NaN where one does not run."""
    competitors = {
        "ours bf16": lambda: ours_rate(model, "bf16"),
        "ours fp16": lambda: ours_rate(model, "fp16"),
        "eager": lambda: peer_rate(model, "eager"),
        "compile": lambda: peer_rate(model, "compile"),
    }
    rates = {name: [] for name in competitors}
    for _ in range(3):
        for name, measure in competitors.items():
            try:
                rates[name].append(measure())
            except Exception as e:  # the others go on
                print(f"{model}, {name}: {e}", flush=True)
    return {name: statistics.median(found) if found else float("nan") for name, found in rates.items()}


def ours_rate(model, precision):
    file = HERE / f"programs/{model}-224.json"
    folder = WORK / f"{model}-speed"
    if not folder.exists():
        network = Network(file)
        trained = sum(s["length"] for s in network.slices if s["kind"] not in ("RUNNING_MEAN", "RUNNING_VARIANCE"))
        if trained != PARAMETERS[model]:
            raise Failed(f"{trained} parameters, where torchvision's has {PARAMETERS[model]}")
        generator = torch.Generator().manual_seed(SEED)
        folder.mkdir()
        write(folder / "parameters.f32", network.draw(generator))
        write(folder / "pixels.u8", torch.randint(0, 256, (BATCH, 224, 224, 3), dtype=torch.uint8, generator=generator))
        write(folder / "labels.i32", torch.randint(0, 1000, (BATCH,), dtype=torch.int32, generator=generator))
    engine("train", file, folder, BATCH, precision, "--steps", WARM_UP + STEPS, "--learning-rate", 0.01)
    timed = json.loads((folder / "steps.json").read_text())["milliseconds"][WARM_UP:]
    return 1000 * BATCH * len(timed) / sum(timed)


def peer_rate(model, mode):
    return float(call([sys.executable, str(HERE / "baseline.py"), model, str(BATCH), mode, str(STEPS)]).split()[-1])


def roofline(model):
    """Returns images per second, None on a GPU whose numbers are not known here."""
    for name, (bandwidth, flops) in GPUS.items():
        if name in torch.cuda.get_device_name():
            moved, computed = WORK_AN_IMAGE[model]
            return 1 / (moved / bandwidth + computed / flops)
    return None


PARTS = {"device": device, "parity": parity, "training": training, "speed": speed}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    chosen = parser.parse_args().parts or list(PARTS)
    unknown = set(chosen) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}")
    verdicts = {}
    for name in chosen:
        print(f"\n== {name}", flush=True)
        try:
            PARTS[name]()
            verdicts[name] = "passed"
        except Failed as e:
            verdicts[name] = f"FAILED: {e}"
        except Exception:
            traceback.print_exc()
            verdicts[name] = "FAILED: see above"
    print(f"\n== verdict (files in {WORK})")
    for name, verdict in verdicts.items():
        print(f"{name}: {verdict}")
    return 0 if all(v == "passed" for v in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
