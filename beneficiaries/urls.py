urlpatterns = []
app_name = "beneficiaries"
