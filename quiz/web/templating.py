"""Jinja as our pages need it: what is the same each time is worked out once, when a template is compiled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context as JinjaContext
from jinja2.visitor import NodeTransformer
from markupsafe import escape


class Context(JinjaContext):
    """No template is loaded with globals of its own, so what it imports is always made once and shared."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.globals_keys = set()

    def call(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """What a macro or function gives. None of ours asks for the context, which Jinja looks for at each call."""
        if options:
            options.pop("_loop_vars", None)
            options.pop("_block_vars", None)
        return function(*args, **options)


class Code(CodeGenerator):
    """The code of a template: each value that it shows goes through ``shown``."""

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.shown(")
        else:
            super()._output_child_pre(node, frame, finalize)


class Environment(FlaskEnvironment):
    """An environment that compiles each template once for each language.

    ``constant`` names functions that give the same for the same arguments in a ``language``, such as the words of a
    message: with constant arguments they are called when a template is compiled, and what they gave becomes its text.
    """

    context_class = Context
    code_generator_class = Code
    #: A value as HTML.
    shown: Callable[[Any], str]
    #: Calls of these are made when a template is compiled.
    constant: dict[str, Callable[..., Any]]
    #: The language of the page that is made now.
    language: Callable[[], str]

    def __init__(self, *args: Any, **options: Any) -> None:
        self._compiled: dict[str, dict[str, Template]] = defaultdict(dict)
        self.constant, self.language, self.shown = {}, str, escape
        super().__init__(*args, cache_size=0, **options)

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        """The template of this name, as it is in this language."""
        known = self._compiled[self.language()]
        if name not in known:
            known[name] = super().get_template(name, parent, globals)
        return known[name]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Those of all templates: no template is loaded with globals of its own."""
        return self.globals if d is None else super().make_globals(d)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(_Folding(self.constant).visit(source), *args, **options)


class _Folding(NodeTransformer):
    def __init__(self, constant: dict[str, Callable[..., Any]]) -> None:
        self._constant = constant

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor's own name
        """Puts what a constant function gives in the place of its call."""
        self.generic_visit(node)
        function = self._constant.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        given = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        plain = len(given) == len(node.args) and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        return nodes.Const(function(*given), lineno=node.lineno) if function and plain else node
