"""The oracle: a lowered network, read from its JSON file, op by op in PyTorch."""

import json
import math

import torch
import torch.nn.functional as F

STATISTICS = ("RUNNING_MEAN", "RUNNING_VARIANCE")
STANDARDIZING_EPSILON = 1e-10  # beside the variance of a filter


class Network:
    """A network as org.jft.core.engine.portable.PortableNetwork writes it."""

    def __init__(self, file):
        with open(file) as text:
            read = json.load(text)
        self.program = read["program"]
        self.slices = read["layout"]["slices"]
        self.length = sum(s["length"] for s in self.slices)

    def input_shapes(self):
        return [_shape(value) for value in self.program["inputs"]]

    def output_shapes(self):
        return [_shape(value) for value in self.program["outputs"]]

    def draw(self, generator, spread=0.0, shift=0.0):
        """Returns a flat vector: weights after He et al. 2015; norms at rest but for a shift, give or take spread."""
        depthwise = {n["op"]["weight"]["offset"] for n in self.program["nodes"] if n["op"].get("depthwise")}
        vector = torch.empty(self.length)
        for s in self.slices:
            noise = torch.randn(s["length"], generator=generator)
            if s["kind"] == "WEIGHT":
                values = noise * math.sqrt(2 / _fan_in(s["shape"], s["offset"] in depthwise))
            elif s["kind"] == "SCALE":
                values = 1 + spread * noise
            elif s["kind"] == "RUNNING_VARIANCE":
                values = 1 + spread * noise.abs()
            else:
                values = spread * noise + (shift if s["kind"] == "SHIFT" else 0)
            vector[s["offset"] : s["offset"] + s["length"]] = values
        return vector

    def trained(self):
        """Returns the names of the slices that are trained; the others are statistics."""
        return [_name(s) for s in self.slices if s["kind"] not in STATISTICS]

    def by_slice(self, vector):
        """Returns the parts of a flat vector by name."""
        return {_name(s): vector[s["offset"] : s["offset"] + s["length"]] for s in self.slices}

    def run(self, parameters, inputs, output_gradients, dtype, scale=1.0):
        """Goes forward and backward with activations of a type.

        Returns outputs, the flat gradients as the engine gives them (the step of each running
        statistic in its place) and gradients of the inputs, all float64 on the CPU.
        """
        pass_ = _Pass(parameters, dtype)
        values = {}
        leaves = []
        for value, tensor in zip(self.program["inputs"], inputs):
            leaf = tensor.detach().to(pass_.device, dtype, copy=True).requires_grad_()
            leaves.append(leaf)
            values[value["id"]] = leaf
        for node in self.program["nodes"]:
            arguments = [values[value["id"]] for value in node["inputs"]]
            op = getattr(pass_, node["op"]["op"].lower())
            values[node["output"]["id"]] = op(node["op"], _shape(node["output"]), *arguments)
        outputs = [values[value["id"]] for value in self.program["outputs"]]
        seeds = [scale * g.to(o).reshape(o.shape) for g, o in zip(output_gradients, outputs)]
        torch.autograd.backward(outputs, seeds)
        gradients = pass_.parameters.grad
        gradients = torch.zeros_like(pass_.parameters) if gradients is None else gradients / scale
        for s, step in pass_.statistics:
            gradients[s["offset"] : s["offset"] + s["length"]] = step
        return (
            [o.detach().double().cpu() for o in outputs],
            gradients.detach().double().cpu(),
            [leaf.grad.double().cpu() / scale for leaf in leaves],
        )


def _name(s):
    return f"{s['layer']} {s['kind'].lower()}"


def _fan_in(shape, depthwise):
    """Of dense [in, out], convolutions [out, in, kh, kw], depthwise [kh, kw, in, multiplier]."""
    if len(shape) == 2:
        return shape[0]
    return math.prod(shape[:2] if depthwise else shape[1:])


def _shape(value):
    return [value["shape"][side] for side in ("channels", "height", "width")]


def _pair(pair):
    return (pair["vertical"], pair["horizontal"])


class _Pass:
    """One method an op, by the name of its record; parameters are float64 or float32."""

    def __init__(self, parameters, dtype):
        own = torch.float64 if dtype == torch.float64 else torch.float32
        self.parameters = parameters.detach().to(own).clone().requires_grad_()
        self.device = parameters.device
        self.statistics = []  # (slice, the engine's step)

    def _slice(self, s):
        return self.parameters[s["offset"] : s["offset"] + s["length"]]

    def _bias(self, op, x):
        return None if op["bias"] is None else self._slice(op["bias"]).to(x.dtype)

    def convolution(self, op, shape, x):
        window = op["window"]
        weight = self._slice(op["weight"]).view(op["weight"]["shape"])
        if op["standardized"]:
            weight = _standardized(weight)
        weight = weight.to(x.dtype)
        groups = 1
        if op["depthwise"]:
            groups = x.shape[1]
            weight = weight.permute(2, 3, 0, 1).flatten(0, 1).unsqueeze(1)
        x = F.pad(x, _padding(window))
        stride, dilation = _pair(window["stride"]), _pair(window["dilation"])
        return F.conv2d(x, weight, self._bias(op, x), stride, 0, dilation, groups)

    def dense(self, op, shape, x):
        x = x.flatten(1)
        weight = self._slice(op["weight"]).view(shape[0], x.shape[1]).to(x.dtype)
        return F.linear(x, weight, self._bias(op, x))[:, :, None, None]

    def batchnorm(self, op, shape, x):
        wide = x.detach().to(self.parameters.dtype)
        for name, batch in (
            ("mean", wide.mean((0, 2, 3))),
            ("variance", wide.var((0, 2, 3), unbiased=False)),
        ):
            running = self._slice(op[name]).detach()
            self.statistics.append((op[name], (1 - op["decay"]) * (running - batch)))
        scale, shift = self._slice(op["scale"]), self._slice(op["shift"])
        return F.batch_norm(x, None, None, scale, shift, True, 0.0, op["epsilon"])

    def groupnorm(self, op, shape, x):
        scale, shift = self._slice(op["scale"]).to(x.dtype), self._slice(op["shift"]).to(x.dtype)
        return F.group_norm(x, op["groups"], scale, shift, op["epsilon"])

    def activation(self, op, shape, x):
        alpha = op["alpha"]
        return {
            "RELU": F.relu,
            "LEAKY_RELU": lambda v: F.leaky_relu(v, alpha),
            "RELU6": lambda v: v.clamp(0, 6),
            "SIGMOID": torch.sigmoid,
            "TANH": torch.tanh,
            "ELU": lambda v: F.elu(v, alpha),
            "SWISH": lambda v: v * torch.sigmoid(alpha * v),
        }[op["function"]](x)

    def add(self, op, shape, x, y):
        return x + y

    def concat(self, op, shape, *parts):
        return torch.cat(parts, 1)

    def pool(self, op, shape, x):
        window = op["window"]
        kernel, stride, before = (_pair(window[k]) for k in ("kernel", "stride", "before"))
        if before != _pair(window["after"]):
            raise ValueError("a pool whose padding differs between its sides")
        if op["kind"] == "MAX":
            return F.max_pool2d(x, kernel, stride, before, _pair(window["dilation"]))
        return F.avg_pool2d(x, kernel, stride, before, count_include_pad=op["countPadding"])

    def resize(self, op, shape, x):
        if op["method"] == "NEAREST":
            rows, columns = (_nearest(n, m, x.device) for n, m in zip(x.shape[2:], shape[1:]))
            return x[:, :, rows][:, :, :, columns]
        return F.interpolate(x, shape[1:], mode="bilinear", align_corners=False)


def _standardized(weight):
    """Returns weights with mean 0 and variance 1 in each output channel."""
    rows = weight.flatten(1)
    variance, mean = torch.var_mean(rows, 1, unbiased=False, keepdim=True)
    return ((rows - mean) / (variance + STANDARDIZING_EPSILON).sqrt()).view_as(weight)


def _nearest(side, target, device):
    """Returns the pixel under the centre of each of the target's."""
    return ((torch.arange(target, device=device) + 0.5) * side / target).floor().long()


def _padding(window):
    (top, left), (bottom, right) = _pair(window["before"]), _pair(window["after"])
    return (left, right, top, bottom)
