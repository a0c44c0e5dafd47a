package functions

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"math/bits"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

const miscGroup = "misc_funcs"

func cryptoFuncs() []*expr.Func {
	bin, str := types.ClassBinary, types.ClassString
	empty := &expr.Literal{Value: []byte{}, T: types.BinaryType}
	decrypt := []expr.Sig{optional(3, returns(types.BinaryType, bin, bin, str, str, bin))}
	return []*expr.Func{
		{Name: "aes_encrypt", Group: miscGroup, Since: "3.3.0", Usage: "aes_encrypt(b, key[, mode[, padding[, iv[, aad]]]]) - Encrypts a binary by AES with a key of 16, 24 or 32 bytes in the mode GCM (the default), CBC or ECB; without iv, a random one precedes the result.",
			Examples: []expr.Example{{SQL: "SELECT base64(aes_encrypt('Spark', 'abcdefghijklmnop12345678ABCDEFGH', 'GCM', 'DEFAULT', unhex('000000000000000000000000'), 'This is an AAD mixed into the input'))", Want: "AAAAAAAAAAAAAAAAQiYi+sTLm7KD9UcZ2nlRdYDe/PX4"}},
			Sigs:     []expr.Sig{optional(4, returns(types.BinaryType, bin, bin, str, str, bin, bin))}, Resolve: withDefaults(stringLiteral("GCM"), stringLiteral("DEFAULT"), empty, empty),
			Volatile: true, Fallible: true, New: newAESEncrypt},
		{Name: "aes_decrypt", Group: miscGroup, Since: "3.3.0", Usage: "aes_decrypt(b, key[, mode[, padding[, aad]]]) - Decrypts what aes_encrypt made.",
			Examples: []expr.Example{{SQL: "SELECT aes_decrypt(unbase64('2NYmDCjgXTbbxGA3/SnJEfFC/JQ7olk2VQWReIAAFKo='), '1234567890abcdef', 'CBC')", Want: "Apache Spark"}},
			Sigs:     decrypt, Resolve: withDefaults(stringLiteral("GCM"), stringLiteral("DEFAULT"), empty), Fallible: true, New: newAESDecrypt},
		{Name: "try_aes_decrypt", Group: miscGroup, Since: "3.5.0", Usage: "try_aes_decrypt(b, key[, mode[, padding[, aad]]]) - Is aes_decrypt with NULL in place of errors.",
			Examples: []expr.Example{{SQL: "SELECT try_aes_decrypt(unhex('6E7CA17BBB468D3084B5744BCA729FB7B2B7BCB8E4472847D02670489D95FA97DBBA7D3210'), '0000111122223333', 'GCM')", Want: "Spark SQL"}},
			Sigs:     decrypt, Resolve: withDefaults(stringLiteral("GCM"), stringLiteral("DEFAULT"), empty), AlwaysNull: true, New: tolerant(newAESDecrypt)},
		{Name: "hmac", Group: miscGroup, Since: "4.3.0", Usage: "hmac(key, message[, algorithm]) - Returns the keyed hash of a message by MD5, SHA1, SHA224, SHA256 (the default), SHA384 or SHA512.",
			Examples: []expr.Example{{SQL: "SELECT hex(hmac('key', 'message'))", Want: "6E9EF29B75FFFC5B7ABAE527D58FDADB2FE42E7219011976917343065F58ED4A"}},
			Sigs:     []expr.Sig{optional(1, returns(types.BinaryType, bin, bin, str))}, Resolve: withDefaults(stringLiteral("SHA256")), Fallible: true, New: newHMAC},
	}
}

// aesCall is one row's call of an AES function.
type aesCall struct {
	k    *expr.KernelCall
	s    *expr.Spec
	row  int
	mode string
}

// prepare checks mode, padding and key.
func (c *aesCall) prepare(key, mode, padding []byte) (cipher.Block, bool) {
	c.mode = strings.ToUpper(string(mode))
	pad := strings.ToUpper(string(padding))
	known := c.mode == "GCM" && (pad == "DEFAULT" || pad == "NONE") || (c.mode == "CBC" || c.mode == "ECB") && (pad == "DEFAULT" || pad == "PKCS")
	if !known {
		reject(c.k, c.row, c.s, "UNSUPPORTED_FEATURE.AES_MODE", "The feature is not supported: AES-%s with the padding %s by the AES functions.", mode, padding)
		return nil, false
	}
	if n := len(key); n != 16 && n != 24 && n != 32 {
		reject(c.k, c.row, c.s, "INVALID_PARAMETER_VALUE.AES_KEY_LENGTH", "The value of parameter(s) `key` in `aes_encrypt`/`aes_decrypt` is invalid: expects a binary value with 16, 24 or 32 bytes, but got %d bytes.", n)
		return nil, false
	}
	b, err := aes.NewCipher(key)
	return b, err == nil
}

func (c *aesCall) fail(detail string) {
	reject(c.k, c.row, c.s, "INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR", "The value of parameter(s) `expr`, `key` in `aes_encrypt`/`aes_decrypt` is invalid: AES crypto error: %s.", detail)
}

func newAESEncrypt(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		var a [6]texts
		for j := range a {
			a[j] = textsOf(k.Args[j])
		}
		for i := range live(k) {
			c := &aesCall{k: k, s: s, row: i}
			if b, ok := c.prepare(a[1].at(i), a[2].at(i), a[3].at(i)); ok {
				c.encrypt(b, a[0].at(i), a[4].at(i), a[5].at(i))
			}
		}
	}, nil
}

func (c *aesCall) encrypt(b cipher.Block, text, iv, aad []byte) {
	size := map[string]int{"GCM": 12, "CBC": aes.BlockSize}[c.mode]
	switch {
	case len(iv) > 0 && size == 0:
		reject(c.k, c.row, c.s, "UNSUPPORTED_FEATURE.AES_MODE_IV", "The feature is not supported: `aes_encrypt` with AES-%s does not support initialization vectors (IVs).", c.mode)
		return
	case len(iv) > 0 && len(iv) != size:
		reject(c.k, c.row, c.s, "INVALID_PARAMETER_VALUE.AES_IV_LENGTH", "The value of parameter(s) `iv` in `aes_encrypt` is invalid: supports %d-byte IVs for %s mode, but got %d bytes for %s mode.", size, c.mode, len(iv), c.mode)
		return
	case len(aad) > 0 && c.mode != "GCM":
		reject(c.k, c.row, c.s, "UNSUPPORTED_FEATURE.AES_MODE_AAD", "The feature is not supported: `aes_encrypt` with AES-%s does not support additional authenticate data (AAD).", c.mode)
		return
	case len(iv) == 0:
		iv = make([]byte, size)
		rand.Read(iv) // never fails
	}
	out := append([]byte{}, iv...)
	if c.mode == "GCM" {
		g, err := cipher.NewGCM(b)
		if err != nil {
			c.fail(err.Error())
			return
		}
		c.k.Out.SetBytes(c.row, g.Seal(out, iv, text, aad))
		return
	}
	pad := aes.BlockSize - len(text)%aes.BlockSize
	out = append(out, text...)
	for range pad {
		out = append(out, byte(pad))
	}
	body := out[size:]
	if c.mode == "CBC" {
		cipher.NewCBCEncrypter(b, iv).CryptBlocks(body, body)
	} else {
		for ; len(body) > 0; body = body[aes.BlockSize:] {
			b.Encrypt(body, body)
		}
	}
	c.k.Out.SetBytes(c.row, out)
}

func newAESDecrypt(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		var a [5]texts
		for j := range a {
			a[j] = textsOf(k.Args[j])
		}
		for i := range live(k) {
			c := &aesCall{k: k, s: s, row: i}
			if b, ok := c.prepare(a[1].at(i), a[2].at(i), a[3].at(i)); ok {
				c.decrypt(b, a[0].at(i), a[4].at(i))
			}
		}
	}, nil
}

func (c *aesCall) decrypt(b cipher.Block, text, aad []byte) {
	if len(aad) > 0 && c.mode != "GCM" {
		reject(c.k, c.row, c.s, "UNSUPPORTED_FEATURE.AES_MODE_AAD", "The feature is not supported: `aes_decrypt` with AES-%s does not support additional authenticate data (AAD).", c.mode)
		return
	}
	if c.mode == "GCM" {
		g, err := cipher.NewGCM(b)
		if err == nil && len(text) < g.NonceSize() {
			c.fail("the input is shorter than the initialization vector")
			return
		}
		var out []byte
		if err == nil {
			out, err = g.Open(nil, text[:g.NonceSize()], text[g.NonceSize():], aad)
		}
		if err != nil {
			c.fail("Tag mismatch")
			return
		}
		c.k.Out.SetBytes(c.row, out)
		return
	}
	iv := text[:0]
	if c.mode == "CBC" {
		if len(text) < aes.BlockSize {
			c.fail("the input is shorter than the initialization vector")
			return
		}
		iv, text = text[:aes.BlockSize], text[aes.BlockSize:]
	}
	if len(text) == 0 || len(text)%aes.BlockSize != 0 {
		c.fail("Input length must be multiple of 16 when decrypting with padded cipher")
		return
	}
	out := make([]byte, len(text))
	if c.mode == "CBC" {
		cipher.NewCBCDecrypter(b, iv).CryptBlocks(out, text)
	} else {
		for j := 0; j < len(text); j += aes.BlockSize {
			b.Decrypt(out[j:], text[j:])
		}
	}
	if out, ok := unpad(out); ok {
		c.k.Out.SetBytes(c.row, out)
		return
	}
	c.fail("Given final block not properly padded. Such issues can arise if a bad key is used during decryption")
}

// unpad removes PKCS padding.
func unpad(b []byte) ([]byte, bool) {
	n := int(b[len(b)-1])
	if n == 0 || n > aes.BlockSize {
		return nil, false
	}
	for _, c := range b[len(b)-n:] {
		if int(c) != n {
			return nil, false
		}
	}
	return b[:len(b)-n], true
}

func hashOf(name string) func() hash.Hash {
	switch strings.ReplaceAll(strings.TrimPrefix(strings.ToUpper(name), "HMAC"), "-", "") {
	case "MD5":
		return md5.New
	case "SHA1":
		return sha1.New
	case "SHA224":
		return sha256.New224
	case "SHA256":
		return sha256.New
	case "SHA384":
		return sha512.New384
	case "SHA512":
		return sha512.New
	}
	return nil
}

func newHMAC(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		key, text, name := textsOf(k.Args[0]), textsOf(k.Args[1]), textsOf(k.Args[2])
		var buf [64]byte
		for i := range live(k) {
			h := hashOf(string(name.at(i)))
			if h == nil {
				reject(k, i, s, "INVALID_PARAMETER_VALUE.HMAC_ALGORITHM", "The value of parameter(s) `algorithm` in `hmac` is invalid: %s is no supported algorithm.", name.at(i))
				continue
			}
			m := hmac.New(h, key.at(i))
			m.Write(text.at(i))
			k.Out.SetBytes(i, m.Sum(buf[:0]))
		}
	}, nil
}

// bitmapFuncs say where a number lies in the bitmaps of the bitmap aggregates.
func bitmapFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "bitmap_bit_position", Group: miscGroup, Since: "3.5.0", Usage: "bitmap_bit_position(n) - Returns the place of the bit of n in its bitmap, from 0.",
			Examples: []expr.Example{{SQL: "SELECT bitmap_bit_position(123)", Want: "122"}},
			Sigs:     []expr.Sig{returns(types.BigIntType, types.ClassBigInt)}, New: kernelOf(func(k *expr.KernelCall) {
				mapValues(k, func(n int64) int64 {
					if n > 0 {
						return (n - 1) % (8 * bitmapBytes)
					}
					return -n % (8 * bitmapBytes)
				})
			})},
		{Name: "bitmap_bucket_number", Group: miscGroup, Since: "3.5.0", Usage: "bitmap_bucket_number(n) - Returns the number of the bitmap that n belongs to.",
			Examples: []expr.Example{{SQL: "SELECT bitmap_bucket_number(123)", Want: "1"}},
			Sigs:     []expr.Sig{returns(types.BigIntType, types.ClassBigInt)}, New: kernelOf(func(k *expr.KernelCall) {
				mapValues(k, func(n int64) int64 {
					if n > 0 {
						return 1 + (n-1)/(8*bitmapBytes)
					}
					return n / (8 * bitmapBytes)
				})
			})},
		{Name: "bitmap_count", Group: miscGroup, Since: "3.5.0", Usage: "bitmap_count(b) - Returns the number of bits set in a bitmap.",
			Examples: []expr.Example{{SQL: "SELECT bitmap_count(X'FFFF')", Want: "16"}},
			Sigs:     []expr.Sig{returns(types.BigIntType, types.ClassBinary)}, New: textMap(countBits)},
	}
}

func countBits(b []byte) int64 {
	n := 0
	for _, c := range b {
		n += bits.OnesCount8(c)
	}
	return int64(n)
}
