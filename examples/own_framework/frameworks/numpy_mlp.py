"""NumPy as a framework for perceptrons: the smallest framework file."""

TITLE = "NumPy"
VERSION = "2.4.6"
ACCEPTS = ("onnx",)
LIGHT = False
PACKAGES = {"runtime": ("numpy=={version}", "onnx==1.23.2")}
IMPORTS = ("numpy", "onnx")
SETTINGS = {"precision": ("fp32",)}


def load(model, settings, signature):
    """Take the weights of a chain of Gemm and Relu; whatever else there is does not apply."""
    from onnx import load, numpy_helper

    graph = load(model).graph
    if any(node.op_type not in {"Gemm", "Relu"} or node.attribute for node in graph.node):
        raise NotImplementedError("this NumPy file runs plain Gemm and Relu, and the model has more")
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    return Perceptron(graph.node, weights, signature["inputs"][0]["name"])


class Perceptron:
    def __init__(self, nodes, weights, entrance):
        self.layers = [[weights[name] for name in node.input[1:]] for node in nodes]
        self.entrance = entrance

    def run(self, feed):
        values = feed[self.entrance]
        for layer in self.layers:
            values = values @ layer[0] + layer[1] if layer else values.clip(min=0)
        return [values]
