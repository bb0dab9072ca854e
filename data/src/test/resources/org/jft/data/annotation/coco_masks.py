"""Polygons and what COCO's own tools make of them: python3 coco_masks.py > coco_masks.tsv

pycocotools 2.0.11. Columns: width, height, polygons (x,y,... joined by ';'), compressed counts, area,
bounding box.
"""

import random

from pycocotools import mask

random.seed(20261128)
print("width\theight\tpolygons\tcounts\tarea\tbox")
for case in range(150):
    width, height = random.randint(1, 60), random.randint(1, 60)
    polygons = []
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        polygon = []
        for _ in range(random.randint(3, 9)):
            x = random.uniform(-0.2, 1.2) * width
            y = random.uniform(-0.2, 1.2) * height
            digits = random.choice([0, 1, 2, 6])
            polygon += [round(x, digits), round(y, digits)]
        if case % 10 == 0:
            polygon += polygon[:2]  # closed, as some tools write it
        polygons.append(polygon)
    runs = mask.merge(mask.frPyObjects(polygons, height, width))
    print(
        width,
        height,
        ";".join(",".join(map(repr, map(float, p))) for p in polygons),
        runs["counts"].decode(),
        mask.area(runs),
        ",".join(str(int(v)) for v in mask.toBbox(runs)),
        sep="\t",
    )
