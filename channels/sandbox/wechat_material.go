package sandbox

import "slices"

// wxThumbCap and wxImageCap are how many permanent materials the library holds.
const (
	wxThumbCap = 1000
	wxImageCap = 100000
)

// material is the account's permanent material with this id, nil when there is none.
func (a *wechatAccount) material(mediaID string) *wxMaterial {
	for _, m := range a.Materials {
		if m.MediaID == mediaID {
			return m
		}
	}
	return nil
}

func (a *wechatAccount) countKind(kind string) int {
	n := 0
	for _, m := range a.Materials {
		if m.Kind == kind {
			n++
		}
	}
	return n
}

func wechatAddMaterial(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	u, kind, err := wxTypedPicture(c)
	if err != nil {
		return nil, err
	}
	if (kind == "image" && a.countKind(kind) >= wxImageCap) || (kind == "thumb" && a.countKind(kind) >= wxThumbCap) {
		return nil, &wechatError{code: 45001, text: "media count out of limit"}
	}
	p, url, err := s.wechatPicture(a, c, u)
	if err != nil {
		return nil, err
	}
	m := &wxMaterial{MediaID: s.id(64), Kind: kind, Name: u.Name, Picture: p.Key, URL: url, Time: c.now}
	a.Materials = append(a.Materials, m)
	if kind == "thumb" {
		return map[string]any{"media_id": m.MediaID, "item": []any{}}, nil
	}
	return map[string]any{"media_id": m.MediaID, "url": m.URL, "item": []any{}}, nil
}

func wechatDeleteMaterial(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		MediaID string `json:"media_id"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	m := a.material(in.MediaID)
	if m == nil {
		return nil, wxErr(40007)
	}
	a.Materials = slices.DeleteFunc(a.Materials, func(other *wxMaterial) bool { return other == m })
	c.Effect = true
	return wechatOK, nil
}

func wechatListMaterial(_ *Sandbox, a *wechatAccount, c *call) (any, error) {
	var in struct {
		Type   string `json:"type"`
		Offset int    `json:"offset"`
		Count  int    `json:"count"`
	}
	if err := wxDecode(c, &in); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"image", "voice", "video", "news"}, in.Type) {
		return nil, wxErr(40004)
	}
	if in.Offset < 0 || in.Count < 1 || in.Count > 20 {
		return nil, wxErr(40097)
	}
	items := []map[string]any{}
	for _, m := range slices.Backward(a.Materials) {
		if m.Kind == in.Type {
			items = append(items, map[string]any{"media_id": m.MediaID, "name": m.Name, "update_time": m.Time.Unix(), "url": m.URL})
		}
	}
	page := window(items, in.Offset, in.Count)
	return map[string]any{"item": page, "total_count": len(items), "item_count": len(page)}, nil
}

func wechatCountMaterial(_ *Sandbox, a *wechatAccount, _ *call) (any, error) {
	return map[string]int{"voice_count": 0, "video_count": 0, "image_count": a.countKind("image"), "news_count": 0}, nil
}

// window is the part of list from offset with at most count elements.
func window[T any](list []T, offset, count int) []T {
	offset = min(offset, len(list))
	return list[offset:min(offset+count, len(list))]
}
