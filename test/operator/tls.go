package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"sync"
	"time"
)

// certificateFile has the certificate of this process, for who wants to verify it: kubectl exec POD -- cat ca.pem.
const certificateFile = "ca.pem"

// newCertificate makes a certificate for localhost that signs itself, and writes it to certificateFile.
func newCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}, os.WriteFile(certificateFile, text, 0o644)
}

// bilingual is a listener whose connections speak TLS if the client does.
type bilingual struct {
	net.Listener
	config *tls.Config
}

func (l bilingual) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &undecided{Conn: conn, read: bufio.NewReader(conn), config: l.config}, nil
}

// undecided is a connection that has to hear the client's first byte to know what it speaks.
type undecided struct {
	net.Conn
	read   *bufio.Reader
	config *tls.Config

	once   sync.Once
	spoken interface {
		Read([]byte) (int, error)
		Write([]byte) (int, error)
	}
}

// tlsHandshake is the first byte of a client that speaks TLS (RFC 8446, 5.1).
const tlsHandshake = 0x16

func (c *undecided) decide() {
	c.once.Do(func() {
		plain := buffered{c.Conn, c.read}
		c.spoken = plain
		if first, err := c.read.Peek(1); err == nil && first[0] == tlsHandshake {
			c.spoken = tls.Server(plain, c.config)
		}
	})
}

func (c *undecided) Read(p []byte) (int, error) {
	c.decide()
	return c.spoken.Read(p)
}

func (c *undecided) Write(p []byte) (int, error) {
	c.decide()
	return c.spoken.Write(p)
}

// buffered is a connection of which something has been read already.
type buffered struct {
	net.Conn
	read *bufio.Reader
}

func (c buffered) Read(p []byte) (int, error) { return c.read.Read(p) }
