"""gRPC services with server reflection, v1 and v1alpha. Arguments: PORT [WORD...]. test.Greeter has an annotation of google.api.http, test.Plain has none.
Words: v1alpha (that alone), silent (no reflection), lacking (a service is listed that nothing is known of), tls=CERTIFICATE,KEY (files)."""
import pathlib
import sys
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_reflection.v1alpha import reflection, reflection_pb2

from protobuf_wire import greeter_descriptors

pool = descriptor_pool.Default()
for file in descriptor_pb2.FileDescriptorSet.FromString(greeter_descriptors()).file:
    pool.Add(file)
own = descriptor_pb2.FileDescriptorProto(name="plain.proto", package="test", syntax="proto3", dependency=["hello.proto"])
own.service.add(name="Plain").method.add(name="Say", input_type=".test.HelloRequest", output_type=".test.HelloReply")
pool.Add(own)
Request, Reply = (message_factory.GetMessageClass(pool.FindMessageTypeByName(f"test.{name}")) for name in ("HelloRequest", "HelloReply"))


def answer(request, context):
    return Reply(message=request.name)


def method():
    return grpc.unary_unary_rpc_method_handler(answer, request_deserializer=Request.FromString, response_serializer=Reply.SerializeToString)


server = grpc.server(futures.ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Greeter", {"SayHello": method()}), grpc.method_handlers_generic_handler("test.Plain", {"Say": method()})))
words = sys.argv[2:]
names = ["test.Greeter", "test.Plain", *(["test.Gone"] if "lacking" in words else []), reflection.SERVICE_NAME]
if "silent" not in words:
    reflection.enable_server_reflection(names, server)
if not {"v1alpha", "silent"} & set(words):
    # The package has the older version alone; the messages of v1 are the same, under the newer name.
    v1 = grpc.stream_stream_rpc_method_handler(reflection.ReflectionServicer(names).ServerReflectionInfo, reflection_pb2.ServerReflectionRequest.FromString,
                                               reflection_pb2.ServerReflectionResponse.SerializeToString)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.reflection.v1.ServerReflection", {"ServerReflectionInfo": v1}),))
files = [pathlib.Path(name).read_bytes() for word in words if word.startswith("tls=") for name in word[4:].split(",")]
if files:
    server.add_secure_port(f"127.0.0.1:{sys.argv[1]}", grpc.ssl_server_credentials([(files[1], files[0])]))
else:
    server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
print("listening", flush=True)
server.wait_for_termination()
