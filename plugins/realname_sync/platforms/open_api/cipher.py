"""The encryption of single fields: AES-CBC, PKCS#7, key and IV from the secret's text, Base64.

Key and IV are the same for every value, so equal texts give equal ciphertexts. The protocol relies on that: an
encrypted number is a filter of its queries. It also makes a cache of the ciphertexts worth having.
"""

import binascii
from base64 import b64decode, b64encode
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from realname_sync.errors import MalformedAnswerError, SettingsError

_BLOCK = 16


@lru_cache(maxsize=65_536)
def encrypt(plaintext: str, secret: str) -> str:
    """The ciphertext of a value, as it stands in requests and answers.

    Raises:
        SettingsError: the secret has a length that cannot be a key.
    """
    data = plaintext.encode()
    padding = _BLOCK - len(data) % _BLOCK
    encryptor = _cipher(secret).encryptor()
    return b64encode(encryptor.update(data + bytes([padding]) * padding) + encryptor.finalize()).decode("ascii")


def decrypt(ciphertext: str, secret: str) -> str:
    """The value behind a ciphertext.

    Raises:
        MalformedAnswerError: the text was not encrypted with this secret.
        SettingsError: the secret has a length that cannot be a key.
    """
    decryptor = _cipher(secret).decryptor()
    try:
        data = decryptor.update(b64decode(ciphertext, validate=True)) + decryptor.finalize()
        padding = data[-1]
        if not 1 <= padding <= _BLOCK or data[-padding:] != bytes([padding]) * padding:
            raise ValueError
        return data[:-padding].decode()
    except (ValueError, IndexError, TypeError, binascii.Error):
        raise MalformedAnswerError("an encrypted value cannot be read with the secret of this connection") from None


@lru_cache(maxsize=4_096)
def _cipher(secret: str) -> Cipher[CBC]:
    key = secret.encode()
    if len(key) not in {16, 24, 32}:
        raise SettingsError("a platform's secret has 16, 24 or 32 characters, and this one has another length")
    return Cipher(AES(key), CBC(key[:_BLOCK]))
