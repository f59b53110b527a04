"""gRPC services with server reflection: v1 and v1alpha, or v1alpha alone. Arguments: PORT [v1alpha]. test.Greeter has an annotation of google.api.http, test.Plain has none."""
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
names = ["test.Greeter", "test.Plain", reflection.SERVICE_NAME]
reflection.enable_server_reflection(names, server)
if "v1alpha" not in sys.argv[2:]:
    # The package has the older version alone; the messages of v1 are the same, under the newer name.
    v1 = grpc.stream_stream_rpc_method_handler(reflection.ReflectionServicer(names).ServerReflectionInfo, reflection_pb2.ServerReflectionRequest.FromString,
                                               reflection_pb2.ServerReflectionResponse.SerializeToString)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.reflection.v1.ServerReflection", {"ServerReflectionInfo": v1}),))
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
print("listening", flush=True)
server.wait_for_termination()
