"""A JSON Schema of a claimed key → rows for people: a field, its type with range and words, its default, what it means.

Knows the keywords of docs/plugins/schema.md and nothing of single plugins. Tested by tests/tools/reference_test.py.
"""
import re

# "…; unset: 15s." or "0 or unset: once.": a default that the sentence gives, where the schema has no `default`.
UNSET = re.compile(r"(?:^|[;.,(] ?|\bor )unset: ([^;.]+(?:\.\d[^;.]*)*)")
TYPES = {"duration": "duration", "byte": "base64", "struct": "object, free"}
RANGES = {"int32": "int32", "uint32": "uint32", "int64": "int64", "uint64": "uint64", "double": "number"}
MAX_DEPTH = 12


def resolved(schema, root):
    """The schema that a $ref names, with what stands beside the $ref laid over it."""
    while isinstance(schema, dict) and "$ref" in schema:
        target = root.get("$defs", {})[schema["$ref"].removeprefix("#/$defs/")]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def limits(schema, low, high, unit=""):
    least, most = schema.get(low), schema.get(high)
    if least is None and most is None:
        return ""
    if most is None:
        return f", at least {least}{unit}"
    return f", at most {most}{unit}" if least is None else f", {least} to {most}{unit}"


def type_words(schema, root):
    """The type in a few words, with range, length and words where the schema has them."""
    schema = resolved(schema, root)
    if not isinstance(schema, dict) or "type" not in schema:
        return "any value"
    kind, form = schema["type"], schema.get("format", "")
    if "enum" in schema:
        return "one of " + ", ".join(f"`{word}`" for word in schema["enum"])
    if kind == "array":
        return "list of " + plural(type_words(schema.get("items", True), root)) + limits(schema, "minItems", "maxItems", " entries")
    if kind == "object":
        extra = schema.get("additionalProperties")
        if extra not in (None, False) and not schema.get("properties"):
            return "map" if extra is True else "map of " + plural(type_words(extra, root))
        return TYPES.get(form, "object")
    if kind == "string":
        words = TYPES.get(form, "text") + limits(schema, "minLength", "maxLength", " bytes")
        return words + (f", like `{schema['pattern']}`" if "pattern" in schema else "")
    return RANGES.get(form, kind) + limits(schema, "minimum", "maximum")


def plural(words):
    for one, many in (("text", "texts"), ("object", "objects"), ("map", "maps"), ("duration", "durations"), ("any value", "anything")):
        if words == one or words.startswith((one + ",", one + " of ")):
            return many + words[len(one):]
    return words


def default_words(schema):
    if "default" in schema:
        return f"`{schema['default']}`" if not isinstance(schema["default"], bool) else f"`{str(schema['default']).lower()}`"
    found = UNSET.search(schema.get("description", ""))
    return found.group(1).strip() if found else ""


def target_words(schema):
    targets = schema.get("x-solder-envoy", [])
    return [targets] if isinstance(targets, str) else targets


def rows(schema, root, path="", depth=0):
    """(field, type, default, meaning) of every field below the schema, in its own order, parents first."""
    schema = resolved(schema, root)
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return
    for name, member in schema.get("properties", {}).items():
        member = resolved(member, root)
        where = f"{path}.{name}" if path else name
        yield row(where, member, root)
        yield from rows(member, root, where, depth + 1)
    if schema.get("type") == "array":
        yield from rows(schema.get("items", True), root, path + "[]", depth + 1)
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        yield from rows(extra, root, f"{path}.KEY" if path else "KEY", depth + 1)


def row(where, schema, root):
    if not isinstance(schema, dict):
        return where, "any value", "", ""
    meaning = schema.get("description", "")
    if schema.get("x-solder-scope"):
        meaning = (meaning + " " if meaning else "") + "Options that plugins claim."
    for target in target_words(schema):
        meaning += (" " if meaning else "") + f"→ `{target}`"
    return where, type_words(schema, root), default_words(schema), meaning


def exclusions(schema, root, path="", depth=0):
    """Sentences on which fields exclude each other."""
    schema = resolved(schema, root)
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return
    for group in schema.get("x-solder-oneof", []):
        yield (f"in `{path}` " if path else "") + "at most one of " + ", ".join(f"`{name}`" for name in group)
    for name, member in schema.get("properties", {}).items():
        yield from exclusions(member, root, f"{path}.{name}" if path else name, depth + 1)
    if schema.get("type") == "array":
        yield from exclusions(schema.get("items", True), root, path + "[]", depth + 1)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from exclusions(schema["additionalProperties"], root, f"{path}.KEY" if path else "KEY", depth + 1)
