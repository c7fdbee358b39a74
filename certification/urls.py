urlpatterns = []
public_urls = []
app_name = "certification"
