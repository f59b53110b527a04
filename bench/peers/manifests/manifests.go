// Package manifests reads the files that Solder reads, as far as the generated worlds go: Upstream, VirtualService and
// Gateway objects in YAML or JSON. It checks nothing: what it leaves out is to the peers' advantage.
package manifests

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// Document is one object as JSON: what a control plane has in memory before it translates.
type Document []byte

var separator = []byte("\n---\n")

// ReadFile gives the documents of a file.
func ReadFile(path string) ([]Document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".json") {
		return []Document{text}, nil
	}
	var documents []Document
	for _, part := range bytes.Split(text, separator) {
		if len(bytes.TrimSpace(part)) == 0 {
			continue
		}
		json, err := yaml.YAMLToJSON(part)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		documents = append(documents, json)
	}
	return documents, nil
}

// IsManifest tells whether a file with this path counts.
func IsManifest(path string) bool {
	return (strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".json")) && !strings.HasPrefix(filepath.Base(path), ".")
}

// ReadDirectory gives the documents of all files in it.
func ReadDirectory(directory string) ([]Document, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var documents []Document
	for _, entry := range entries {
		if !IsManifest(entry.Name()) {
			continue
		}
		found, err := ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return nil, err
		}
		documents = append(documents, found...)
	}
	return documents, nil
}
