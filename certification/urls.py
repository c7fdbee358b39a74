from django.http import HttpResponse
from django.urls import path

urlpatterns = [
    path(n + "/", HttpResponse, name=n) for n in ("agenda", "assessment_list", "standard_list")
]
public_urls = []
app_name = "certification"
