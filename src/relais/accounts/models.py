"""Users and the roles they hold."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from relais.accounts.states import Role


class UserManager(BaseUserManager["User"]):
    """What Django needs to make users; the product makes them through `accounts.services`."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find a user by e-mail, whatever the case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Someone who signs in. The name is what others read; no medical or personal detail stands
    here.

    `is_fictional`: made by the demonstration. Only such a person can be entered in one click there,
    and only there can such a person enter at all: neither switch of mode can open a real account.
    """

    email = models.EmailField("adresse électronique", unique=True)
    name = models.CharField("nom", max_length=150)
    is_active = models.BooleanField("actif", default=True)
    is_fictional = models.BooleanField("personne de la démonstration", default=False)
    created_at = models.DateTimeField("ouvert le", default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_unique"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class RoleGrant(models.Model):
    """A role held by a user. Which centres it covers is told by `network.Coordination`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField("rôle", max_length=20, choices=Role)
    granted_at = models.DateTimeField("donné le")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="accounts_role_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="accounts_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} : {self.get_role_display()}"


class SignInLink(models.Model):
    """A sign-in link that was e-mailed: used once, for a short time. Only a hash of it is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"lien de {self.user}"
