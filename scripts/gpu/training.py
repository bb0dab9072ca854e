"""Training: steps of a residual network on the device have to lower the loss."""

import json
import statistics

import torch

from interpreter import Network
from session import SEED, Failed, OutOfTime, write

PRECISIONS = ("bf16", "fp16", "tf32")
LEARNING_RATE = 0.02
BATCHES = 20  # that are taken in turn; losses are compared over this many steps


def training(session):
    rows, steps = (4, 60) if session.trial else (64, 200)
    network = sorted((session.programs / "small").glob("*.json"))[0]
    folder = _pictures(session, network, rows)
    wrong = []
    for precision in [p for p in PRECISIONS if p in session.options.precisions]:
        try:
            numbers = ("--steps", steps, "--learning-rate", LEARNING_RATE)
            session.engine("training", "train", [folder], rows, precision, *numbers)
            losses = [float(loss) for loss in json.loads((folder / precision / "steps.json").read_text())["losses"]]
            first, last = statistics.mean(losses[:BATCHES]), statistics.mean(losses[-BATCHES:])
            halved = last < 0.5 * first  # not if NaN
            session.say(f"{network.stem}, {precision}: mean loss {first:.3f}, in the end {last:.3f}")
            session.record(part="training", precision=precision, passed=halved, losses=losses)
            if not halved:
                wrong.append(f"{precision} from {first:.3f} to {last:.3f}")
        except OutOfTime:
            raise
        except Exception as e:  # each precision by itself
            session.say(f"{network.stem}, {precision}: {e}")
            wrong.append(precision)
    if wrong:
        raise Failed("the loss does not fall to half: " + ", ".join(wrong))


def _pictures(session, file, rows):
    """Returns a folder with a network, and pictures of as many patterns as there are classes, under noise."""
    network = Network(file)
    [[_, height, width]] = network.input_shapes()
    [[classes, _, _]] = network.output_shapes()
    generator = torch.Generator().manual_seed(SEED)
    patterns = torch.rand(classes, 3, 8, 8, generator=generator)
    patterns = torch.nn.functional.interpolate(patterns, (height, width)).permute(0, 2, 3, 1)
    labels = torch.randint(0, classes, (BATCHES * rows,), generator=generator)
    noise = torch.rand(BATCHES * rows, height, width, 3, generator=generator)
    folder = session.folder("training", file)
    write(folder / "parameters.f32", network.draw(generator))
    write(folder / "pixels.u8", (255 * (0.5 * patterns[labels] + 0.5 * noise)).byte())
    write(folder / "labels.i32", labels.int())
    return folder
