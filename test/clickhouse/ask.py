"""Parses configuration files with an XML parser, gives them to ClickHouse's engine, and asks it the queries on standard input.

Arguments: the folder of config.xml and users.xml, and a folder for data. Prints a JSON list: the rows of each query, each a list of texts.
A query that begins with ! is a shell command instead, which has the folder for data in DATA.
"""
import glob
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

config, data = sys.argv[1:]
for file in glob.glob(os.path.join(config, '*.xml')):
    ElementTree.parse(file)

from chdb import session  # noqa: E402: it takes seconds, which a broken file need not wait for

connection = session.Session(f'file:{data}?config-file={config}/config.xml')
answers = []
for query in json.load(sys.stdin):
    if query.startswith('!'):
        subprocess.run(query[1:], shell=True, check=True, env={**os.environ, 'DATA': data})
        answers.append([])
        continue
    text = str(connection.query(query, 'TabSeparated'))
    answers.append([line.split('\t') for line in text.splitlines()])
print('ANSWERS ' + json.dumps(answers))
