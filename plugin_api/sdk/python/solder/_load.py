"""From a file to a Declaration: runs the file as a module of its own, with its virtual environment's packages."""

import importlib.machinery
import importlib.util
import pathlib
import sys
import types
from typing import Optional, Tuple

from solder._declare import Declaration, declaring


def site_packages(file: pathlib.Path) -> Optional[str]:
    """Where third-party packages of a plugin's file are: in ``NAME.venv`` or ``venv`` beside it, the first that is there."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for environment in (file.with_suffix(".venv"), file.parent / "venv"):
        folder = environment / "lib" / python / "site-packages"
        if folder.is_dir():
            return str(folder)
    return None


def load_file(file: str, source: bytes, module_name: str) -> Tuple[Declaration, types.ModuleType]:
    """Runs ``source``, which was read from ``file``, as the module ``module_name``.

    Whatever it raises goes on to the caller. The module stays in ``sys.modules`` until ``unload``.
    """
    path = pathlib.Path(file)
    packages = site_packages(path)
    if packages is not None and packages not in sys.path:
        sys.path.append(packages)  # behind everything else: an environment cannot take the place of what others use
    spec = importlib.machinery.ModuleSpec(module_name, None, origin=file)
    module = importlib.util.module_from_spec(spec)
    module.__file__ = file
    sys.modules[module_name] = module
    try:
        with declaring(path.stem) as declaration:
            exec(_compiled(source, file), module.__dict__)
    except BaseException:
        unload(module_name)
        raise
    return declaration, module


def _compiled(source: bytes, file: str) -> types.CodeType:
    try:
        return compile(source, file, "exec", dont_inherit=True)
    except ValueError as problem:  # a null byte, which has no line
        raise SyntaxError(str(problem), (file, 1, None, None)) from problem


def unload(module_name: str) -> None:
    """Takes a module out again. What others still hold of it lives on."""
    sys.modules.pop(module_name, None)
