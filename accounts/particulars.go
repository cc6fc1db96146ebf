package accounts

import (
	"context"
	"errors"

	"govmedia/sql"
)

// Particulars is what the register knows of an account besides how it is reached. An empty text, a nil time and a nil truth
// mean that it is not known; days are their midnight in Beijing.
type Particulars struct {
	AccountID        string      `json:"-"`
	Operator         string      `json:"operator"`          // 承办或运维单位; empty: the unit itself
	ContractorID     *string     `json:"contractor_id"`     // the contractor that operates it; nil: nobody outside does
	Certified        *bool       `json:"certified"`         // 是否实名认证
	CertifiedSubject string      `json:"certified_subject"` // 认证主体
	Certification    string      `json:"certification"`     // 认证信息, as everybody sees it on the platform
	CertifiedUntil   *sql.Time   `json:"certified_until"`
	RegisteredOn     *sql.Time   `json:"registered_on"` // at the platform
	OpenedOn         *sql.Time   `json:"opened_on"`
	ApprovalNumber   string      `json:"approval_number"`
	ApprovedOn       *sql.Time   `json:"approved_on"`
	NationalID       string      `json:"national_id"` // 唯一标识 in the national reporting system
	Reported         *bool       `json:"reported"`    // whether it stands in the national register (来自报送)
	OriginalID       string      `json:"original_id"` // 微信原始 ID
	SiteCode         string      `json:"site_code"`   // 政府网站标识码
	ICP              string      `json:"icp"`
	PoliceFiling     string      `json:"police_filing"`
	SecurityTestOn   *sql.Time   `json:"security_test_on"` // the last security test that was passed
	WebsiteClass     string      `json:"website_class"`    // portal, department, town; empty for anything but a website
	Domain           string      `json:"domain"`
	OldDomain        string      `json:"old_domain"` // still used beside the new one
	DomainEnabledOn  *sql.Time   `json:"domain_enabled_on"`
	Hosting          string      `json:"hosting"`
	UnifiedPlatform  *bool       `json:"unified_platform"` // 是否并入集约化平台
	Languages        string      `json:"languages"`
	BarrierFree      *bool       `json:"barrier_free"`
	Functions        sql.Strings `json:"functions"`        // 功能, as the office names them
	Represents       string      `json:"represents"`       // 是否代表人民政府, as the office names it
	Positioning      string      `json:"positioning"`      // 内容定位
	Description      string      `json:"description"`      // 简介
	AvatarID         *string     `json:"avatar_id"`        // an attachment
	QRID             *string     `json:"qr_id" db:"qr_id"` // an attachment
	Followers        *int64      `json:"followers"`
	FollowersOn      *sql.Time   `json:"followers_on"`
	Labels           sql.Strings `json:"labels"` // what was looked at on the page and is there
	Remark           string      `json:"remark"`
	UpdatedAt        sql.Time    `json:"updated_at"`
}

// ParticularsOf returns what the register knows of an account, whoever asks. ErrNotFound when there is no such account.
func ParticularsOf(ctx context.Context, db *sql.DB, accountID string) (Particulars, error) {
	found, err := sql.Get[Particulars](ctx, db, "particulars.get", sql.Args{"account_id": accountID})
	if errors.Is(err, sql.ErrNone) {
		err = ErrNotFound
	}
	return found, wrap(err, "particulars of account %s", accountID)
}

// Duty is what somebody answers for at an account.
type Duty string

// The duties.
const (
	DutyHead    Duty = "head"    // 主要负责人
	DutyDeputy  Duty = "deputy"  // 分管负责人
	DutyManager Duty = "manager" // 管理员
	DutyContact Duty = "contact" // 联系人
)

// Contact is somebody who answers for an account. Names and phones are for the office and never public.
type Contact struct {
	Duty  Duty   `json:"duty"`
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Email string `json:"email"`
}
