"""The rows of the doctors: files, papers, and who showed interest before."""

from relais.doctors.models.campaigns import Campaign
from relais.doctors.models.files import (
    DEFAULT_MIN_GAP_WEEKS,
    CentrePreference,
    Companionship,
    Doctor,
    DoctorPractice,
    PracticeProfile,
    TravelTime,
)
from relais.doctors.models.interests import Call, Interest
from relais.doctors.models.papers import CharterSignature, Letter, LetterText, Paper

__all__ = [
    "DEFAULT_MIN_GAP_WEEKS",
    "Call",
    "Campaign",
    "CentrePreference",
    "CharterSignature",
    "Companionship",
    "Doctor",
    "DoctorPractice",
    "Interest",
    "Letter",
    "LetterText",
    "Paper",
    "PracticeProfile",
    "TravelTime",
]
