from django.urls import path
from django.http import HttpResponse
urlpatterns = [path("x/", HttpResponse, name="indicator_list")]
app_name = "reporting"
