"""People and roles in the admin. Whoever may manage people gives roles; what makes a superuser,
only superusers give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from webapp.accounts.models import Guesses, User
from webapp.accounts.roles import GROUPS
from webapp.admin import Editable, tell

if TYPE_CHECKING:
    _Form = forms.ModelForm[User]
else:
    _Form = forms.ModelForm

SUPER: Final = ("is_superuser", "is_staff", "user_permissions")
"""What only a superuser may set: with it one could make oneself anything."""


@admin.register(User)
class PersonAdmin(UserAdmin, Editable):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "roles", "is_active", "date_joined", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username", "email")
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("username", "password", "email")}),
        ("Role", {"fields": ("groups", "is_active")}),
        ("Beyond roles", {"fields": SUPER}),
        ("Dates", {"fields": ("date_joined", "last_login")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return found
        return [each for each in found if each[1]["fields"] != SUPER]

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "groups" and not request.user.is_superuser:
            kwargs["queryset"] = Group.objects.filter(name__in=GROUPS.values())
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_actions(self, request: HttpRequest) -> Any:
        # Deleting many asks for each model, not for each person.
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_related(self, request: HttpRequest, form: _Form, formsets: Any, change: bool) -> None:
        """Open the admin site to whoever has a role, and close it with the last one."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        has_role = user.groups.filter(name__in=GROUPS.values()).exists()
        if has_role or not request.user.is_superuser:
            User.objects.filter(pk=user.pk).update(is_staff=has_role or user.is_superuser)

    @admin.display(description="role")
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join(["superuser"] * user.is_superuser + names) or "–"


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin, Editable):
    list_display = ("name",)


tell(Guesses, "key", "count", "since")


def _may_touch(request: HttpRequest, obj: User | None) -> bool:
    return obj is None or not obj.is_superuser or bool(request.user.is_superuser)
