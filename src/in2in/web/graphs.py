"""Modules as ONNX graphs with small weights."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

BLOCK = 32
"""Neighbouring weights that share a scale where they are kept as eighths of a byte's range."""

LARGE = 1024
"""Numbers from which on an initializer is made small."""


def write_graph(
    path: Path, module: nn.Module, inputs: dict[str, Tensor], open_sizes: dict[str, dict[int, str]], output: str
) -> None:
    """Write a module as ONNX, its weights in half precision.

    Args:
        path: of the file.
        module: whose forward takes the inputs by their names.
        inputs: examples.
        open_sizes: by input, the dimensions whose size is left open, and what they are called.
        output: what the one output is called.
    """
    sizes = {name for dims in open_sizes.values() for name in dims.values()}
    known = {name: torch.export.Dim(name, min=2, max=1024) for name in sizes}
    shapes = {name: {dim: known[size] for dim, size in open_sizes.get(name, {}).items()} for name in inputs}
    with torch.no_grad():
        program = torch.onnx.export(
            module.eval(), kwargs=inputs, dynamic_shapes=shapes, output_names=[output], dynamo=True, verbose=False
        )
    assert program is not None
    model = program.model_proto
    shrink(model)
    onnx.save(model, str(path))


def shrink(model: Any) -> None:
    """Keep large weights in half precision; the tables of embeddings as bytes with a scale for each `BLOCK` of them.

    They are made float32 again within the graph, which runtimes do once, when they load it.
    """
    graph = model.graph
    tables = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    added = []
    for kept in list(graph.initializer):
        if kept.data_type != TensorProto.FLOAT or np.prod(kept.dims) < LARGE:
            continue
        values, name = numpy_helper.to_array(kept), kept.name
        graph.initializer.remove(kept)
        if name in tables and values.shape[-1] % BLOCK == 0:
            rows = values.reshape(-1, BLOCK)
            scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True) / 127, 1e-8).astype(np.float16)
            small = np.rint(rows / scale.astype(np.float32)).clip(-127, 127).astype(np.int8)
            parts = {"bytes": small, "scales": scale, "shape": np.array(values.shape, np.int64)}
            graph.initializer.extend(numpy_helper.from_array(part, f"{name}.{key}") for key, part in parts.items())
            added += [
                helper.make_node("Cast", [f"{name}.bytes"], [f"{name}.wide"], to=TensorProto.FLOAT),
                helper.make_node("Cast", [f"{name}.scales"], [f"{name}.scale"], to=TensorProto.FLOAT),
                helper.make_node("Mul", [f"{name}.wide", f"{name}.scale"], [f"{name}.rows"]),
                helper.make_node("Reshape", [f"{name}.rows", f"{name}.shape"], [name]),
            ]
        else:
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            added.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*added, *graph.node]
    for told in (*nodes, *graph.value_info, *graph.input, *graph.output, graph, model):
        del told.metadata_props[:]  # where in the source each came from
    del graph.node[:]
    graph.node.extend(nodes)
