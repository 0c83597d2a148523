#!/usr/bin/env python3
"""Asks Django's own resolver which view answers each path of the endpoint table, and what else there is below it.

    python3 scripts/upstream-urls.py TREE REPOSITORY@COMMIT PATHS > test/contract/upstream-urls.json

Runs in a checkout of PostHog/posthog, with its Python packages and with the environment of the container `web` (`npx cdk-posthog environment
web`). PATHS is a file with a path of the table a line; a `*` stands for one id. For each of them the resolver answers for the path, for made-up
paths below it, and for a sample of each route that lies below it.

    python3 scripts/upstream-urls.py TREE REPOSITORY@COMMIT --routes > test/contract/upstream-django-routes.json

Lists the routes in their order instead, as regular expressions of JavaScript. The routers of Django REST framework, thousands of routes below `api/`,
are left out.
"""

import json
import os
import re
import sys

# Words that PostHog's unanchored routes look for anywhere in a path (posthog/urls.py, frontend_unauthenticated_routes).
WORDS = ("login", "signup/x", "reset", "preflight", "unsubscribe", "verify_email")
BELOW = (
    "x", "x/", "x/y", "x/y/z", "1", "array.js", "x/array.js", *WORDS, *(f"{word}/" for word in WORDS), *(f"x/{word}" for word in WORDS),
    "login.js", "x/login.js",
)
SAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-4000-8000-000000000000", "path": "x/y"}


def main(tree: str, source: str, file: str) -> None:
    sys.path.insert(0, tree)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
    import django

    django.setup()
    if file == "--routes":
        print_routes(source)
        return
    from django.urls import Resolver404, get_resolver, resolve

    def view_of(path: str) -> str | None:
        try:
            return name_of(resolve(path).func)
        except Resolver404:
            return None

    samples = sorted({"/" + sample for sample in leaves(get_resolver(), "")})
    repository, commit = source.split("@")
    paths = [line.strip() for line in open(file) if line.strip()]
    answers = {}
    for row in paths:
        base = row.replace("*", "1")
        below = re.compile("^" + re.escape(row).replace(r"\*", "[^/]+") + "/.")
        probes = [base, base + "/", *(f"{base}/{rest}" for rest in BELOW), *(sample for sample in samples if below.match(sample))]
        views = {}
        for path in dict.fromkeys(probes):
            view = view_of(path)
            if view:
                views.setdefault(view, []).append(path)
        answers[row] = dict(sorted(views.items()))
    report = {
        "description": "Which view of Django answers the paths of the endpoint table and what is below them, as its own resolver says. A path "
        "without a view has no answer but 404.",
        "source": {"repository": repository, "commit": commit, "method": "django.urls.resolve in scripts/upstream-urls.py", "routes": len(samples)},
    }
    print("{")
    print("".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in report.items()) + '  "answers": {')
    for index, (row, views) in enumerate(answers.items()):
        print(f"    {json.dumps(row)}: {{")
        print(",\n".join(f"      {json.dumps(view)}: {json.dumps(found)}" for view, found in views.items()))
        print("    }" + ("," if index < len(answers) - 1 else ""))
    print("  }\n}")


def print_routes(source: str) -> None:
    from django.urls import get_resolver

    repository, commit = source.split("@")
    report = {
        "description": "The routes of Django in their order, as regular expressions for a path without its first slash, with the last part of the "
        "name of their views. Routers of Django REST framework below `api/` are left out.",
        "source": {"repository": repository, "commit": commit, "method": "django.urls.get_resolver in scripts/upstream-urls.py --routes"},
    }
    lines = [json.dumps([regex, view]) for regex, view in expressions(get_resolver(), "^")]
    print("{")
    print("".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in report.items()) + '  "routes": [')
    print(",\n".join(f"    {line}" for line in lines))
    print("  ]\n}")


def expressions(resolver, prefix: str):
    """The regular expression and the view of each route, in order."""
    from django.urls.resolvers import RegexPattern, URLPattern

    for pattern in resolver.url_patterns:
        own = str(pattern.pattern.regex.pattern)
        searched = isinstance(pattern.pattern, RegexPattern) and not own.startswith("^") and not own.endswith("$")
        own = own.removeprefix("^").replace("\\Z", "$").replace("(?P<", "(?<")
        whole = (prefix if not searched else f"{prefix}.*?") + own
        if isinstance(pattern, URLPattern):
            # Names of groups may occur once only.
            yield re.sub(r"\(\?<\w+>", "(?:", whole), name_of(pattern.callback).split(".")[-1]
        elif not is_router(pattern):
            yield from expressions(pattern, whole)


def is_router(resolver) -> bool:
    """Whether an included list of routes comes from a router of Django REST framework."""
    return len(resolver.url_patterns) > 1000


def leaves(resolver, prefix: str):
    """A path for each route."""
    from django.urls.resolvers import URLPattern

    for pattern in resolver.url_patterns:
        for sample in samples_of(pattern.pattern):
            if isinstance(pattern, URLPattern):
                yield prefix + sample
            else:
                yield from leaves(pattern, prefix + sample)


def samples_of(pattern) -> list:
    from django.urls.resolvers import RoutePattern
    from django.utils.regex_helper import normalize

    if isinstance(pattern, RoutePattern):
        return [re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found.group(1) or "str", "x"), str(pattern))]
    # The query and the fragment that PostHog's routes allow for are no part of a path.
    return [re.sub(r"%\(\w+\)s", "x", text) for text, _ in normalize(str(pattern).replace("(?:[?#].*)?", ""))]


def name_of(function) -> str:
    view = getattr(function, "view_class", None) or getattr(function, "cls", None)
    while view is None and hasattr(function, "__wrapped__"):
        function = function.__wrapped__
        view = getattr(function, "view_class", None) or getattr(function, "cls", None)
    named = view or function
    return f"{named.__module__}.{getattr(named, '__name__', type(named).__name__)}"


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
