from django.db import models


class Article(models.Model):
    """What this shop sells, made long before try-ons were thought of."""

    number = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(max_length=100)
    cents = models.PositiveIntegerField(default=0)
    online = models.BooleanField(default=True)

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return f"/articles/{self.number}/"
