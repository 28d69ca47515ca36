"""A contact sheet of a folder of pictures NNN.png, in order, with their prompts under them. No picking: all 48.

   python -m training.sheet FOLDER SHEET.png [--prompts training/prompts.json] [--columns 8] [--side 160]
"""
import argparse
import json
from pathlib import Path

from PIL import Image, ImageDraw


def sheet(pictures, prompts, columns=8, side=160):
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * side, rows * (side + 14)), "white")
    draw = ImageDraw.Draw(page)
    for i, (picture, prompt) in enumerate(zip(pictures, prompts)):
        x, y = i % columns * side, i // columns * (side + 14)
        page.paste(picture.resize((side, side), Image.Resampling.BOX), (x, y))
        text = prompt.replace(" background", "").replace("a ", "", 1) if len(prompt) * 6 > side else prompt
        draw.text((x + 2, y + side + 1), text[:side // 6], fill="black")
    return page


def main():
    p = argparse.ArgumentParser()
    p.add_argument("folder")
    p.add_argument("out")
    p.add_argument("--prompts", default=str(Path(__file__).parent / "prompts.json"))
    p.add_argument("--columns", type=int, default=8)
    p.add_argument("--side", type=int, default=160)
    a = p.parse_args()
    prompts = [w["prompt"] for w in json.loads(Path(a.prompts).read_text())]
    files = sorted(Path(a.folder).glob("*.png"))
    sheet([Image.open(f).convert("RGB") for f in files], prompts, a.columns, a.side).save(a.out)


if __name__ == "__main__":
    main()
