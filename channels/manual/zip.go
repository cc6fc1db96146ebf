package manual

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"strings"

	"govmedia/channels"
)

// WriteZip writes the packet of a message as a file: text.txt, article.html (which opens on its own, with the pictures) and the
// pictures under pictures/, the cover named cover.*. Names are ours, whatever the pictures were called. bytes reads a
// picture; one that does not have the hash of the message is refused with ErrPicture. On an error w holds a broken file.
func WriteZip(ctx context.Context, w io.Writer, packet Packet, message channels.Message, bytes func(context.Context, channels.Picture) ([]byte, error)) error {
	archive := zip.NewWriter(w)
	names := fileNames(message)
	if err := writeFile(archive, "text.txt", zip.Deflate, []byte(textFile(packet))); err != nil {
		return err
	}
	if err := writeFile(archive, "article.html", zip.Deflate, []byte(htmlFile(packet, names))); err != nil {
		return err
	}
	for _, picture := range message.Pictures {
		data, err := bytes(ctx, picture)
		if err != nil {
			return fmt.Errorf("package of message %s: picture %s: %w", message.ID, picture.ID, err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != picture.SHA256 {
			return ErrPicture.Because(fmt.Errorf("package of message %s: picture %s is not the one that was signed", message.ID, picture.ID))
		}
		if err := writeFile(archive, names[picture.ID], zip.Store, data); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("package of message %s: %w", message.ID, err)
	}
	return nil
}

func writeFile(archive *zip.Writer, name string, method uint16, data []byte) error {
	file, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err == nil {
		_, err = file.Write(data)
	}
	if err != nil {
		return fmt.Errorf("write %s into the package: %w", name, err)
	}
	return nil
}

// fileNames numbers the pictures in the order of the message; a picture listed twice keeps one name.
func fileNames(message channels.Message) map[string]string {
	extensions := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp"}
	names := map[string]string{}
	for i, picture := range message.Pictures {
		name := fmt.Sprintf("pictures/%02d", i+1)
		if picture.ID == message.CoverID {
			name = fmt.Sprintf("pictures/cover-%02d", i+1)
		}
		names[picture.ID] = name + extensions[picture.MIME]
	}
	return names
}

// textFile begins with a byte order mark and ends its lines the way old Notepads expect.
func textFile(packet Packet) string {
	parts := []string{packet.Title}
	if packet.TitleShort != packet.Title {
		parts = append(parts, "短标题："+packet.TitleShort)
	}
	if packet.Source != "" {
		parts = append(parts, packet.Source)
	}
	if packet.Digest != "" {
		parts = append(parts, "摘要："+packet.Digest)
	}
	steps := make([]string, len(packet.Checklist))
	for i, step := range packet.Checklist {
		steps[i] = fmt.Sprintf("%d. %s", i+1, step)
	}
	parts = append(parts, packet.Text, "发布步骤\n"+strings.Join(steps, "\n"))
	return "\ufeff" + strings.ReplaceAll(strings.Join(parts, "\n\n")+"\n", "\n", "\r\n")
}

func htmlFile(packet Packet, names map[string]string) string {
	body := channels.WithPictures(packet.HTML, func(id string) string { return names[id] })
	title := html.EscapeString(packet.Title)
	return "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>" + title + "</title></head><body>\n<h1>" + title + "</h1>\n<p>" +
		html.EscapeString(packet.Source) + "</p>\n" + body + "\n</body></html>\n"
}
