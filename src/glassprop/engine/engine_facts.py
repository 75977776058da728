"""Which engine runs on this machine and with which kernels, as plain facts to be shown."""

from __future__ import annotations

from typing import Any

from glassprop.engine.choose import compiled_module


def engine_facts() -> dict[str, Any]:
    """The engine of this machine; with ``"compiled"``, which kernels it takes.

    Raises
    ------
    SettingsError
        If the environment asks for what is not here.
    """
    module = compiled_module()
    if isinstance(module, str):
        return {"engine": "reference", "why": module}
    from glassprop.engine.compiled.kernel_facts import kernel_facts

    return {"engine": "compiled", **kernel_facts()}


def cautions(facts: dict[str, Any]) -> list[str]:
    """What makes kernels slower than they could be, in words: of those that run, not of all that could."""
    used = {name for products in facts.get("products", {}).values() for name in products.values()}
    providers = facts.get("providers", {})
    return [f"{name}: {_said(providers[name])}" for name in sorted(used) if _said(providers[name])]


def _said(provider: dict[str, Any]) -> str:
    return str(provider.get("caution") or provider.get("why", ""))
