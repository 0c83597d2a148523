"""Uses a real posthog-python against the address that is given, as an application would, and prints what it got."""
import json
import sys
import warnings

from posthog import Posthog
from posthog.ai.prompts import Prompts

warnings.simplefilter("ignore")
host = sys.argv[1]
PROJECT_KEY, PERSONAL_KEY, SECRET_KEY = "phc_0123456789abcdef", "phx_0123456789abcdef", "phs_0123456789abcdef"


def attempt(call):
    try:
        return call()
    except Exception as error:
        return f"failed: {error}"


client = Posthog(PROJECT_KEY, host=host, app_host=host, secret_key=SECRET_KEY, sync_mode=True, max_retries=0)
prompts = Prompts(personal_api_key=PERSONAL_KEY, project_api_key=PROJECT_KEY, host=host)
answers = {
    "captured": attempt(lambda: bool(client.capture("bought", distinct_id="user-1"))),
    "prompt": attempt(lambda: prompts.get("greeting", with_metadata=True).prompt),
    "sent": attempt(lambda: bool(client.emails.send(to="a@example.com", template_id="01919f2e-0000-7000-8000-000000000000").id)),
    "status": attempt(lambda: client.emails.get("01919f2e-0000-7000-8000-000000000000").status),
}
client.shutdown()
print(json.dumps(answers))
