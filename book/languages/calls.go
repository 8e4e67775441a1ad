// The calls of the workbook in Go: TCP, UDP, a deadline, an end.
//
//	go run calls.go
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"
)

func main() {
	for _, part := range []func() error{tcp, udp, deadline, endOfStream} {
		if err := part(); err != nil {
			log.Fatal(err)
		}
	}
}

// ANCHOR: tcp
func tcp() error {
	// The server: Listen is socket, bind and listen in one.
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()

	// The client: Dial is socket and connect. The kernel completes the
	// connection; nobody has called Accept yet.
	client, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		return err
	}
	defer client.Close()

	// The server again: accept and send. Write goes on until all is taken.
	connection, err := listener.Accept()
	if err != nil {
		return err
	}
	if _, err := connection.Write([]byte("hello, client")); err != nil {
		return err
	}
	connection.Close()

	// The client again: receive until the end, however many reads it takes.
	message, err := io.ReadAll(client)
	if err != nil {
		return err
	}
	fmt.Println("tcp: the client received", len(message), "bytes")
	return nil
}

// ANCHOR_END: tcp

// ANCHOR: udp
func udp() error {
	receiver, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer receiver.Close()
	sender, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer sender.Close()
	for _, message := range []string{"first", "second"} {
		_, err := sender.WriteTo([]byte(message), receiver.LocalAddr())
		if err != nil {
			return err
		}
	}

	// One receive takes one datagram, and says who sent it.
	datagram := make([]byte, 1500)
	length, _, err := receiver.ReadFrom(datagram)
	if err != nil {
		return err
	}
	fmt.Println("udp: the first receive returned", length, "bytes")
	return nil
}

// ANCHOR_END: udp

// ANCHOR: deadline
func deadline() error {
	receiver, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer receiver.Close()
	// A moment, not a length of time: set it again before each receive.
	moment := time.Now().Add(100 * time.Millisecond)
	if err := receiver.SetReadDeadline(moment); err != nil {
		return err
	}
	_, _, err = receiver.ReadFrom(make([]byte, 1500))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		fmt.Println("deadline: nothing came in 100 ms")
	}
	return nil
}

// ANCHOR_END: deadline

// ANCHOR: end_of_stream
func endOfStream() error {
	listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer listener.Close()
	client, err := net.DialTCP("tcp4", nil, listener.Addr().(*net.TCPAddr))
	if err != nil {
		return err
	}
	defer client.Close()
	server, err := listener.AcceptTCP()
	if err != nil {
		return err
	}
	defer server.Close()

	if _, err := client.Write([]byte("all I have")); err != nil {
		return err
	}
	if err := client.CloseWrite(); err != nil { // reading goes on
		return err
	}
	question, err := io.ReadAll(server)
	if err != nil {
		return err
	}
	if _, err := server.Write([]byte("answer after your end")); err != nil {
		return err
	}
	answer := make([]byte, 100)
	length, err := client.Read(answer)
	if err != nil {
		return err
	}
	fmt.Println("end:", len(question), "bytes, and then an answer of", length)
	return nil
}

// ANCHOR_END: end_of_stream
