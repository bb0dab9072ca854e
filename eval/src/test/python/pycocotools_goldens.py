"""Writes the goldens of DetectionAgreementTest and PoseScorerTest: random truth and detections with
the numbers that pycocotools prints for them.

    pip install pycocotools==2.0.11
    python eval/src/test/python/pycocotools_goldens.py eval/src/test/resources/org/jft/eval/transfer
"""

import contextlib
import io
import json
import random
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SIGMAS = [0.026, 0.05, 0.079, 0.107, 0.062]


def coordinate(rng, high):
    return round(rng.uniform(0, high), 2)


def box(rng):
    high = rng.choice([20, 60, 200])
    return [coordinate(rng, 300), coordinate(rng, 300), coordinate(rng, high) + 4, coordinate(rng, high) + 4]


def near(rng, truth):
    """A box beside another: anything from a hit at 0.95 to a miss."""
    shift = rng.choice([0, 0.02, 0.08, 0.3])
    x, y, w, h = truth
    return [
        round(x + w * rng.uniform(-shift, shift), 2),
        round(y + h * rng.uniform(-shift, shift), 2),
        round(w * (1 + rng.uniform(-shift, shift)), 2),
        round(h * (1 + rng.uniform(-shift, shift)), 2),
    ]


def area(rng, b):
    """Of the outline; some exactly between two sizes."""
    return rng.choice([round(b[2] * b[3] * rng.uniform(0.5, 1), 2), b[2] * b[3], 1024.0, 9216.0])


def score(rng):
    return rng.randrange(24) / 16  # many ties, exact as a float


def evaluate(truth, results, kind):
    coco = COCO()
    coco.dataset = truth
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        run = COCOeval(coco, coco.loadRes(results), kind)
        if kind == "keypoints":
            run.params.kpt_oks_sigmas = np.array(SIGMAS)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return [float(x) for x in run.stats]


def write(path, cases):
    with open(path, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")


def boxes_case(seed):
    rng = random.Random(seed)
    classes = 1 if seed == 1 else rng.randint(1, 4)
    images, annotations, results = [], [], []
    for image in range(1, rng.randint(4, 12)):
        truth, detections = [], []
        for _ in range(rng.choice([0, 1, 3, 8])):
            b = box(rng)
            truth.append([rng.randrange(classes), *b, area(rng, b), int(rng.random() < 0.15)])
        crowded = seed == 1 and image == 1  # more than the 100 that count
        for _ in range(130 if crowded else rng.choice([0, 2, 6, 14])):
            if truth and rng.random() < 0.7:
                k, *b = rng.choice(truth)[:5]
                k = k if rng.random() < 0.9 else rng.randrange(classes)
                detections.append([k, score(rng), *near(rng, b)])
            else:
                detections.append([rng.randrange(classes), score(rng), *box(rng)])
        images.append({"id": image, "truth": truth, "detections": detections})
        for k, x, y, w, h, a, crowd in truth:
            annotations.append(
                {"id": len(annotations) + 1, "image_id": image, "category_id": k, "bbox": [x, y, w, h], "area": a, "iscrowd": crowd}
            )
        for k, s, x, y, w, h in detections:
            results.append({"image_id": image, "category_id": k, "bbox": [x, y, w, h], "score": s})
    dataset = {
        "images": [{"id": i["id"]} for i in images],
        "annotations": annotations,
        "categories": [{"id": k} for k in range(classes)],
    }
    return {"seed": seed, "classes": classes, "images": images, "stats": evaluate(dataset, results, "bbox")}


def poses_case(seed):
    rng = random.Random(seed)
    images, annotations, results = [], [], []
    count = len(SIGMAS)
    for image in range(1, rng.randint(4, 10)):
        truth, detections = [], []
        for _ in range(rng.choice([0, 1, 2, 4])):
            b = box(rng)
            crowd = int(rng.random() < 0.1)
            labelled = [int(rng.random() < 0.8) for _ in range(count)]
            if rng.random() < 0.15:
                labelled = [0] * count
            x = [round(b[0] + b[2] * rng.random(), 2) if v else 0 for v in labelled]
            y = [round(b[1] + b[3] * rng.random(), 2) if v else 0 for v in labelled]
            truth.append({"x": x, "y": y, "labelled": labelled, "box": b, "area": area(rng, b), "crowd": crowd})
        many = seed == 1 and image == 1  # more than the 20 that count
        for _ in range(25 if many else rng.choice([0, 1, 3, 6])):
            b = rng.choice(truth)["box"] if truth else box(rng)
            like = rng.choice(truth) if truth and rng.random() < 0.8 else None
            wide = rng.choice([0.01, 0.05, 0.2])
            x, y = [], []
            for k in range(count):
                if like and like["labelled"][k]:
                    x.append(round(like["x"][k] + b[2] * rng.gauss(0, wide), 2))
                    y.append(round(like["y"][k] + b[3] * rng.gauss(0, wide), 2))
                else:
                    x.append(round(b[0] + b[2] * rng.uniform(-0.5, 1.5), 2))
                    y.append(round(b[1] + b[3] * rng.uniform(-0.5, 1.5), 2))
            detections.append({"score": score(rng), "x": x, "y": y})
        images.append({"id": image, "truth": truth, "detections": detections})
        for t in truth:
            points = [n for x, y, v in zip(t["x"], t["y"], t["labelled"]) for n in (x, y, 2 * v)]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": 1,
                    "keypoints": points,
                    "num_keypoints": sum(t["labelled"]),
                    "bbox": t["box"],
                    "area": t["area"],
                    "iscrowd": t["crowd"],
                }
            )
        for d in detections:
            points = [n for x, y in zip(d["x"], d["y"]) for n in (x, y, 1)]
            results.append({"image_id": image, "category_id": 1, "keypoints": points, "score": d["score"]})
    dataset = {"images": [{"id": i["id"]} for i in images], "annotations": annotations, "categories": [{"id": 1}]}
    return {"seed": seed, "sigmas": SIGMAS, "images": images, "stats": evaluate(dataset, results, "keypoints")}


write(sys.argv[1] + "/detection/pycocotools-boxes.json", [boxes_case(seed) for seed in range(1, 9)])
write(sys.argv[1] + "/pose/pycocotools-poses.json", [poses_case(seed) for seed in range(1, 9)])
