package main

import (
	"context"

	"govmedia/fault"
	"govmedia/rules"
)

var errNoRulebook = fault.Define("rule.not_found", fault.NotFound, "没有这部规则库，请从规则库列表重新进入。")

// rulebookLine is a rulebook in the list.
type rulebookLine struct {
	ID           string `json:"id"`
	ShortName    string `json:"short_name"`
	Title        string `json:"title"`
	Issuer       string `json:"issuer"`
	ArticleCount int    `json:"article_count"`
}

type rulebookList struct {
	Items []rulebookLine `json:"items" nullable:"false"`
}

func (s *server) listRulebooks(_ context.Context, _ *struct{}) (*Body[rulebookList], error) {
	list := rulebookList{Items: []rulebookLine{}}
	for _, rb := range s.library.All() {
		list.Items = append(list.Items, rulebookLine{ID: rb.ID, ShortName: rb.ShortName, Title: rb.Title, Issuer: rb.Issuer, ArticleCount: rb.ArticleCount})
	}
	return answer(list, nil)
}

type rulebookInput struct {
	Rulebook string `path:"rulebook" maxLength:"64"`
}

func (s *server) getRulebook(_ context.Context, in *rulebookInput) (*Body[*rules.Rulebook], error) {
	rb, ok := s.library.ByID(in.Rulebook)
	if !ok {
		return nil, errNoRulebook
	}
	return answer(rb, nil)
}
