"""A pet shop by FastAPI, as its documentation would write one. Arguments: PORT."""
import sys

import uvicorn
from fastapi import Cookie, FastAPI, Form, Header, Query, Request
from pydantic import BaseModel

app = FastAPI()


class Base(BaseModel):
    name: str
    age: int | None = None


class Pet(Base):
    tags: list[str] = []


@app.get("/pets/{pet_id}")
def get_pet(pet_id: str, request: Request, verbose: bool = False, tags: list[str] = Query([]), x_tenant: str | None = Header(None), session: str | None = Cookie(None)):
    return {"called": "get", "pet_id": pet_id, "verbose": verbose, "tags": tags, "tenant": x_tenant, "session": session, "raw": request.scope["raw_path"].decode()}


@app.post("/pets")
def make_pet(pet: Pet):
    return {"called": "make", "pet": pet.model_dump()}


@app.put("/pets/{pet_id}", operation_id="renamePet")
def rename_pet(pet_id: str, pet: Base):
    return {"called": "rename", "pet_id": pet_id, "pet": pet.model_dump()}


@app.post("/orders")
def order(what: str = Form(), count: int = Form(1)):
    return {"called": "order", "what": what, "count": count}


@app.delete("/pets/{pet_id}")
def delete_pet(pet_id: str):
    return {"called": "delete", "pet_id": pet_id}


class Server(uvicorn.Server):
    def _log_started_message(self, listeners):
        print("listening", flush=True)


Server(uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")).run()
