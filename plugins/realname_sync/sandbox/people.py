"""Invented people: numbers of an unissued division, phones of an unassigned range."""

import base64
import random
from collections.abc import Iterator
from datetime import date, timedelta

from realname_sync.sandbox.identifiers import citizen_number
from realname_sync.sandbox.model import City, Company, Human
from realname_sync.sandbox.municipal_rows import Person
from realname_sync.sandbox.reference import county_codes, divisions, part, weighted

_YEAR = 365.2425


class People:
    """Makes people; nobody gets a citizen number that someone else has."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._numbers: set[str] = set()

    def make(self, rng: random.Random, employer: Company, manager: bool = False) -> Human:
        """A worker, or one of the management staff, of working age."""
        words = part("names")
        female = rng.random() < (0.25 if manager else 0.12)
        oldest = (54 if female else 59) if manager else (48 if female else 58)
        birthday = self._city.days.last - timedelta(days=int(_YEAR * rng.uniform(24 if manager else 19, oldest)))
        county = rng.choice(county_codes())
        human = Human(
            id_number=self.number(rng, birthday, female),
            name=person_name(rng, female),
            female=female,
            birthday=birthday,
            nation=weighted(rng, words["ethnic_groups"]),
            address=f"浙江省{divisions()[county]}{rng.choice(words['roads'])}{rng.randint(1, 400)}号",
            grant_org=f"{divisions()[county]}公安局",
            phone=f"{words['phone_prefix']}{rng.randrange(10**7):07d}",
            education=weighted(rng, words["education_of_managers"] if manager else words["education"]),
            politics=weighted(rng, words["politics"]),
            bank_card=f"{words['bank_card_prefix']}{rng.randrange(10**13):013d}",
            bank_code=weighted(rng, words["banks"]),
            employer=employer,
        )
        self._city.humans.append(human)
        return human

    def make_shared(self, rng: random.Random, employer: Company) -> Human:
        """One of the management staff, known to the integrity platform."""
        human = self.make(rng, employer, manager=True)
        human.shared_id = f"R3301{self._city.number('shared person'):08d}"
        return human

    def number(self, rng: random.Random, birthday: date, female: bool) -> str:
        """A citizen number nobody has yet."""
        number = ""
        while not number or number in self._numbers:
            number = citizen_number(birthday, rng.randrange(500) * 2 + (not female))
        self._numbers.add(number)
        return number


def person_name(rng: random.Random, female: bool) -> str:
    """A name of two or three characters, or four with a double surname."""
    words = part("names")
    given = rng.choices(words["female" if female else "male"], k=1 + (rng.random() < 0.75))
    return str(rng.choice(words["surnames"])) + "".join(given)


def register_person(city: City, human: Human, day: date) -> Person:
    """Enter a person on the municipal platform, under a new number."""
    number = city.number("person")
    person = Person(
        person_id=f"P{number:08d}",
        name=human.name,
        id_card_type="01",
        id_number=human.id_number,
        gender="1" if human.female else "0",
        birthday=human.birthday,
        nation=human.nation,
        address=human.address,
        grant_org=human.grant_org,
        phone=human.phone,
        education=human.education,
        politics=human.politics,
        head_image=portrait(number),
        updated_at=city.days.entered(day),
    )
    city.municipal.person.append(person)
    return person


def portrait(number: int) -> str:
    """A picture of one grey dot, told from others by a comment in it: Base64 of a JPEG with a data-URI prefix."""
    comment = f"person {number}".encode()
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return "data:image/jpg;base64," + base64.b64encode(b"".join(_jpeg(segment))).decode()


def _jpeg(comment: bytes) -> Iterator[bytes]:
    """The segments of a baseline JPEG of one grey dot, each with its marker."""
    yield b"\xff\xd8"  # start of image
    yield comment
    yield b"\xff\xdb\x00\x43\x00" + bytes([1] * 64)  # one quantisation table
    yield b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"  # 8 bits, 1 x 1, one component
    yield b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00"  # DC table: one code of one bit, category 0
    yield b"\xff\xc4\x00\x14\x10\x01" + bytes(15) + b"\x00"  # AC table: one code of one bit, end of block
    yield b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"  # start of scan
    yield b"\x3f"  # code 0, code 0, filled with ones
    yield b"\xff\xd9"  # end of image
