"""The peer: torchvision's networks, channels last, autocast to bf16, SGD. One process, one timing.

Usage: baseline.py MODEL eager|compile DEVICE BATCH SIDE WARM_UP STEPS, prints a line of JSON.
"""

import json
import sys
import time

import torch
import torchvision


def main(name, mode, device, batch, side, warm_up, steps):
    on_gpu = device == "cuda"
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    model = getattr(torchvision.models, name)(weights=None).to(device).to(memory_format=torch.channels_last)
    fast = {"fused": True} if on_gpu else {}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4, **fast)
    images = torch.randn(batch, 3, side, side, device=device).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 1000, (batch,), device=device)
    network = torch.compile(model) if mode == "compile" else model
    synchronize = torch.cuda.synchronize if on_gpu else lambda: None

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = torch.nn.functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()

    for _ in range(warm_up):
        step()
    synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    synchronize()
    rate = batch * steps / (time.perf_counter() - start)
    print(json.dumps({"images_per_second": rate, "parameters": sum(p.numel() for p in model.parameters())}))


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))
