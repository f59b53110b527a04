"""Protocol buffers' wire format by hand, as far as tests need it: no protobuf library stands on the machine."""
import base64


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """A field of a message: bytes and texts with their length, numbers as varints."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def message_type(name, *fields):
    """A DescriptorProto whose fields are texts, numbered from 1."""
    described = b"".join(field(2, field(1, each) + field(3, number) + field(4, 1) + field(5, 9) + field(10, each)) for number, each in enumerate(fields, 1))
    return field(1, name) + described


def greeter_descriptors(path="/hello/{name}", imports=()):
    """A FileDescriptorSet with the service test.Greeter, whose one method is annotated with a GET of `path`."""
    annotation = field(72295728, field(2, path))
    method = field(1, "SayHello") + field(2, ".test.HelloRequest") + field(3, ".test.HelloReply") + field(4, annotation)
    file = field(1, "hello.proto") + field(2, "test") + b"".join(field(3, each) for each in imports)
    file += field(4, message_type("HelloRequest", "name")) + field(4, message_type("HelloReply", "message"))
    file += field(6, field(1, "Greeter") + field(2, method)) + field(12, "proto3")
    return field(1, file)


def base64_of(data):
    return base64.b64encode(data).decode()
