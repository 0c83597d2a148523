"""Parses configuration files with an XML parser, gives them to ClickHouse's engine, and asks it the queries on standard input.

Arguments: the folder of config.xml and users.xml, and a folder for data. Prints a JSON list: the rows of each query, each a list of texts.
"""
import glob
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

config, data = sys.argv[1:]
for file in glob.glob(os.path.join(config, '*.xml')):
    ElementTree.parse(file)

from chdb import session  # noqa: E402: it takes seconds, which a broken file need not wait for

connection = session.Session(f'file:{data}?config-file={config}/config.xml')
answers = []
for query in json.load(sys.stdin):
    text = str(connection.query(query, 'TabSeparated'))
    answers.append([line.split('\t') for line in text.splitlines()])
print('ANSWERS ' + json.dumps(answers))
