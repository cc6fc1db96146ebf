package picture

import "govmedia/fault"

// What a file is refused for.
var (
	ErrTooLarge = fault.Define("media.too_large", fault.TooLarge,
		"图片超过 20 MB，没有上传。请压缩后再试。")
	ErrNotAPicture = fault.Define("media.not_a_picture", fault.Invalid,
		"这个文件不是图片，或格式不受支持。请上传 JPG、PNG、GIF、WebP 或 BMP 图片。")
	ErrSVGRefused = fault.Define("media.svg_refused", fault.Invalid,
		"不接受 SVG 矢量图：它可能带有脚本，微信等平台也不支持。请导出为 PNG 后再上传。")
	ErrHEICRefused = fault.Define("media.heic_refused", fault.Invalid,
		"不支持 HEIC/AVIF 格式的照片。请在手机“设置—相机—格式”里选“兼容性最佳”，或另存为 JPG 后再上传。")
	ErrAnimatedWebP = fault.Define("media.animated_webp", fault.Invalid,
		"不支持动态 WebP 图片。请另存为 GIF 或静态图片后再上传。")
	ErrTooManyPixels = fault.Define("media.too_many_pixels", fault.TooLarge,
		"图片尺寸超过 5000 万像素，没有上传。请缩小尺寸后再试。")
	ErrBroken = fault.Define("media.broken", fault.Invalid,
		"图片文件已损坏或不完整，无法读取。请重新导出或重新下载后再上传。")
	ErrCannotFit = fault.Define("media.cannot_fit", fault.Invalid,
		"这张图片无法压缩到平台允许的大小或格式。请换一张图片。")
)
