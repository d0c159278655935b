from django.db import models


class Article(models.Model):
    """The product model of a shop that existed before it used this app."""

    number = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(max_length=100)
    cents = models.PositiveIntegerField(default=0)
    online = models.BooleanField(default=True)

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return f"/articles/{self.number}/"
