"""Every address in the app and its screen. The stack of screens follows the address: back is one level up."""

from __future__ import annotations

from typing import Final

import flet as ft

from kring.ui.screens.account import AccountScreen
from kring.ui.screens.add_person import AddPersonScreen
from kring.ui.screens.case import CaseScreen
from kring.ui.screens.change_passphrase import ChangePassphraseScreen
from kring.ui.screens.compare import CompareScreen
from kring.ui.screens.devices import DevicesScreen
from kring.ui.screens.erase import EraseScreen
from kring.ui.screens.example import ExampleScreen
from kring.ui.screens.happenings import HappeningsScreen
from kring.ui.screens.home import HomeScreen
from kring.ui.screens.invite import InviteScreen
from kring.ui.screens.join import JoinScreen
from kring.ui.screens.member import MemberScreen
from kring.ui.screens.new_case import NewCaseScreen
from kring.ui.screens.passkey import PasskeyScreen
from kring.ui.screens.person import PersonScreen
from kring.ui.screens.recover import RecoverScreen
from kring.ui.screens.recovery import RecoveryScreen
from kring.ui.screens.settings import SettingsScreen
from kring.ui.screens.sharing import SharingScreen
from kring.ui.screens.tie import TieScreen
from kring.ui.screens.transfer import TransferScreen

ROUTES: Final = [
    ft.Route(
        path="/",
        component=HomeScreen,
        children=[
            ft.Route(path="new", component=NewCaseScreen),
            ft.Route(path="example", component=ExampleScreen),
            ft.Route(
                path="settings",
                component=SettingsScreen,
                children=[
                    ft.Route(path="passphrase", component=ChangePassphraseScreen),
                    ft.Route(path="passkey", component=PasskeyScreen),
                ],
            ),
            ft.Route(path="erase/:case", component=EraseScreen),
            ft.Route(path="join", component=JoinScreen),
            ft.Route(path="join/:token", component=JoinScreen),
            ft.Route(path="recover", component=RecoverScreen),
            ft.Route(path="recover/:token", component=RecoverScreen),
            ft.Route(path="share", component=RecoverScreen),
            ft.Route(path="share/:token", component=RecoverScreen),
            ft.Route(
                path="case/:case",
                component=CaseScreen,
                children=[
                    ft.Route(path="add", component=AddPersonScreen),
                    ft.Route(
                        path="person/:person",
                        component=PersonScreen,
                        children=[ft.Route(path="tie/:other", component=TieScreen)],
                    ),
                    ft.Route(
                        path="sharing",
                        component=SharingScreen,
                        children=[
                            ft.Route(path="invite", component=InviteScreen),
                            ft.Route(path="happenings", component=HappeningsScreen),
                            ft.Route(path="compare", component=CompareScreen),
                            ft.Route(path="account", component=AccountScreen),
                            ft.Route(
                                path="member/:member",
                                component=MemberScreen,
                                children=[ft.Route(path="transfer", component=TransferScreen)],
                            ),
                        ],
                    ),
                    ft.Route(path="recovery", component=RecoveryScreen),
                    ft.Route(path="devices", component=DevicesScreen),
                ],
            ),
        ],
    )
]
