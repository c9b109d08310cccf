"""A server that answers as OpenSearch and Elasticsearch do, as far as their clients use it: indices, documents, bulk
requests (also compressed, and with documents that are refused at first), searches that are scrolled through, HEAD, chunks,
compressed responses, 429, and connections that end now and then."""
import gzip
import http.server
import json
import re
import threading
import urllib.parse

INFO = {"name": "node", "cluster_name": "test", "version": {
    "number": "8.19.0", "build_flavor": "default", "build_hash": "0", "build_date": "2025-01-01T00:00:00Z",
    "build_snapshot": False, "lucene_version": "9.0.0", "minimum_wire_compatibility_version": "7.17.0",
    "minimum_index_compatibility_version": "7.0.0"}, "tagline": "You Know, for Search"}
BUSY = {"type": "es_rejected_execution_exception", "reason": "the queue is full"}
CLOSES_AFTER = 40  # requests of one connection


class Store:
    """What the nodes of a cluster have in common. signed: the Authorization without which they refuse."""

    def __init__(self, signed=None):
        self.lock, self.signed = threading.Lock(), signed
        self.indices, self.refused, self.requests = {}, set(), []

    def refuses(self, what):
        """Whether this is asked for the first time, and so is to be asked again."""
        with self.lock:
            first = what not in self.refused
            self.refused.add(what)
            return first


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served = 0

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.any
        raise AttributeError(name)

    def log_message(self, *_):
        pass

    # -- one request

    def any(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.body()
        with self.store.lock:
            self.store.requests.append((self.command, url.path, dict(self.headers)))
            self.server.served.add(self.client_address)
        if self.store.signed and self.headers.get("Authorization") != self.store.signed:
            return self.reply(401, {"error": {"type": "security_exception", "reason": "missing credentials"}, "status": 401})
        for method, pattern, act in ROUTES:
            match = re.fullmatch(pattern, url.path)
            if match and self.command in method:
                return self.reply(*act(self, body, dict(urllib.parse.parse_qsl(url.query)), *match.groups()))
        return self.reply(400, {"error": {"type": "illegal_argument_exception", "reason": self.path}, "status": 400})

    def body(self):
        data = b""
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return gzip.decompress(data) if self.headers.get("Content-Encoding") == "gzip" else data

    def reply(self, status, content, chunked=False):
        data = json.dumps(content).encode()
        self.served += 1
        self.send_response(status)
        self.send_header("X-elastic-product", "Elasticsearch")
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        if "gzip" in self.headers.get("Accept-Encoding", "") and self.command != "HEAD":
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        if self.served == CLOSES_AFTER:
            self.send_header("Connection", "close")
        if chunked and self.command != "HEAD":
            self.send_header("Transfer-Encoding", "chunked")
            data = b"".join(b"%x\r\n%s\r\n" % (len(data[at:at + 100]), data[at:at + 100])
                            for at in range(0, len(data), 100)) + b"0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else data)

    # -- what is asked

    def info(self, _body, _query):
        return 200, INFO

    def create(self, _body, _query, index):
        with self.store.lock:
            self.store.indices.setdefault(index, {})
        return 200, {"acknowledged": True, "shards_acknowledged": True, "index": index}

    def exists(self, _body, _query, index):
        return (200, {index: {}}) if index in self.store.indices else (404, {"status": 404})

    def bulk(self, body, _query):
        items, lines = [], iter(line for line in body.split(b"\n") if line)
        for action in lines:
            place, document = json.loads(action)["index"], json.loads(next(lines))
            item = {"_index": place["_index"], "_id": place["_id"], "status": 201, "result": "created"}
            if document.get("busy") and self.store.refuses((place["_index"], place["_id"])):
                item.update(status=429, error=BUSY)
            else:
                with self.store.lock:
                    self.store.indices.setdefault(place["_index"], {})[place["_id"]] = document
            items.append({"index": item})
        return 200, {"took": 1, "errors": any("error" in each["index"] for each in items), "items": items}, True

    def document(self, _body, _query, index, name):
        found = self.store.indices.get(index, {}).get(name)
        answer = {"_index": index, "_id": name, "found": found is not None}
        return (200, dict(answer, _source=found)) if found is not None else (404, answer)

    def search(self, body, query, index):
        asked = json.loads(body or b"{}")
        owner = asked["query"]["term"]["owner"]
        if self.store.refuses(owner):
            return 429, {"error": BUSY, "status": 429}
        return self.page(index, owner, 0, int(query.get("size", asked.get("size", 10))))

    def scroll(self, body, query):
        index, owner, at, size = (query.get("scroll_id") or json.loads(body)["scroll_id"]).split(":")
        return self.page(index, owner, int(at), int(size))

    def page(self, index, owner, at, size):
        with self.store.lock:
            hits = [{"_index": index, "_id": name, "_source": source} for name, source in
                    sorted(self.store.indices.get(index, {}).items()) if source["owner"] == owner]
        return 200, {"_scroll_id": "%s:%s:%d:%d" % (index, owner, at + size, size), "took": 1, "timed_out": False,
                     "hits": {"total": {"value": len(hits), "relation": "eq"}, "hits": hits[at:at + size]}}, True

    def forget(self, _body, _query, *_):
        return 200, {"succeeded": True, "num_freed": 1}


ROUTES = ((("GET", "HEAD"), "/", Handler.info), (("PUT",), "/([a-z0-9-]+)", Handler.create),
          (("HEAD",), "/([a-z0-9-]+)", Handler.exists), (("POST", "PUT"), "/_bulk", Handler.bulk),
          (("GET",), "/([a-z0-9-]+)/_doc/([a-z0-9-]+)", Handler.document),
          (("POST", "GET"), "/([a-z0-9-]+)/_search", Handler.search), (("POST", "GET"), "/_search/scroll", Handler.scroll),
          (("DELETE",), "/_search/scroll(?:/.*)?", Handler.forget))


class Server(http.server.ThreadingHTTPServer):
    """A node. Listens on a free port, with a context over TLS, and serves in threads until stop(). served: the addresses of
    those who have asked it."""
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, store=None, context=None):
        self.store, self.served = store or Store(), set()
        super().__init__(("127.0.0.1", 0), type("Served", (Handler,), {"store": self.store}))
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return "127.0.0.1:%d" % self.server_port

    def shutdown_request(self, request):
        if hasattr(request, "unwrap"):
            request.settimeout(0)
            try:
                request.unwrap()
            except (OSError, ValueError):
                pass  # close_notify was sent; the answer to it need not come
        super().shutdown_request(request)

    def handle_error(self, *_):
        pass  # a client left

    def stop(self):
        self.shutdown()
        self.server_close()
