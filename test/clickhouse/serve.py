"""ClickHouse's engine behind an HTTP interface as a server has it: a statement in the body, rows as JSON or as text, errors with their number.

Arguments: the folder of config.xml, a folder for data, a port. One statement at a time. Ends with its standard input, or never with a fourth argument.
"""
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb import session

config, data, port = sys.argv[1:4]
connection = session.Session(f'file:{data}?config-file={config}/config.xml')
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        statement = self.rfile.read(int(self.headers['content-length'])).decode()
        given = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        # The engine has no parameters of statements.
        for name, value in given.items():
            if name.startswith('param_'):
                text = value.replace('\\', '\\\\').replace("'", "\\'")
                statement = statement.replace('{' + name[6:] + ':String}', f"'{text}'")
        try:
            with lock:
                text = str(connection.query(statement, given.get('default_format', 'TabSeparated')))
            status, code = 200, None
        except Exception as error:  # noqa: BLE001: the engine has one class of errors
            text = str(error)
            found = re.search(r'Code: (\d+)', text)
            status, code = 500, found and found.group(1)
        body = text.encode()
        self.send_response(status)
        if code:
            self.send_header('X-ClickHouse-Exception-Code', code)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(('127.0.0.1', int(port)), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print('READY', flush=True)
if len(sys.argv) > 4:
    threading.Event().wait()
sys.stdin.read()
os._exit(0)
