"""A stub of the app for measure.py: Django, with one view that answers at once and one that reads its body."""

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path


def livez(request):
    return HttpResponse("ok")


def report(request):
    return HttpResponse(str(len(request.body)))


urlpatterns = [path("_livez", livez), path("report", report)]

# The limit of posthog/settings/web.py on a body that a view reads.
settings.configure(SECRET_KEY="not a secret", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DATA_UPLOAD_MAX_MEMORY_SIZE=20971520)
django.setup()
application = get_asgi_application()
